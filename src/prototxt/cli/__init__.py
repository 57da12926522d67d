"""One command per module: options here, work in the module that the command imports when it runs.

Only this folder prints, exits and imports click.
"""
