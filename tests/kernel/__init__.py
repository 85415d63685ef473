"""A real ipykernel: code goes in, the outputs that a front end would hold come out."""
