"""Reading a directory of services in the Human Services Data Specification (HSDS 3.0, JSON) into our own words."""
