"""The rules of the page, by subject; each module registers with `page_rule`."""
