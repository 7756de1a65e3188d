"""From the folders of a data set to stores."""
