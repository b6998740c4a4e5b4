"""The desk: pages that people read in a browser, and the API that programs use, thin over the store."""
