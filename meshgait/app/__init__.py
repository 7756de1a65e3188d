"""A page in the browser for people who do not type; nothing leaves the machine."""
