"""Rows of chosen blobs, one per image, streamed into a file."""
