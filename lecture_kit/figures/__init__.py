"""The pictures of the course: arrays in, a matplotlib picture out."""
