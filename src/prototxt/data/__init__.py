"""Databases, lists and images as batches: what the data layers read, and what `prototxt-dataset` writes.

A reader gives (key, record) pairs; `samples` decodes them; `transform` crops, mirrors and subtracts; `batches` puts
them together; `prefetch` does all this in a thread ahead of the net.
"""
