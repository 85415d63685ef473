"""What is known of an error: where it happened, which values were there, what was perhaps meant; as text, bounded."""
