"""How the compiled day is made fast. Nothing in these modules is about the model itself."""
