"""Tools of the user's own: definitions go to the model as they are, its calls are answered with results.

Running kernel functions by themselves, after approval, belongs here: schema, approval and run.
"""
