"""The verbs: what each says to the model. Its words stand in TOML files beside this one, for people to read and mend."""
