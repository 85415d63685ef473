"""Tools: definitions, functions of the user's as tools, built-in ones, and what their calls give back."""
