"""Section 11, detection."""
