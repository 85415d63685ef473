"""Frames with the facts that an analyst wants to know about them, and the tools that describe frames to models."""
