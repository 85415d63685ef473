"""The built-in tool `computer`: a screen that the model looks at and works on, with mouse and keyboard."""
