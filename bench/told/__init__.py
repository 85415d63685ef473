"""Frames with the facts that an analyst wants to know about them, and the tools that tell frames to models."""
