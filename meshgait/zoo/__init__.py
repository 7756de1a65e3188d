"""The networks as a collection: what each eats, costs and reached, and where else it runs."""
