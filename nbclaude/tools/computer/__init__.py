"""The built-in tool `computer`: a screen that the model sees, and uses with mouse and keyboard."""
