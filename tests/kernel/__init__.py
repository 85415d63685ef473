"""A real ipykernel: runs code and holds the outputs that a front end would hold."""
