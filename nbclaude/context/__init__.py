"""What goes along with a prompt: variables, figures, images, documents and cells as content blocks of the API."""
