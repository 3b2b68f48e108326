"""The desk: what people with an office see and do in a browser."""
