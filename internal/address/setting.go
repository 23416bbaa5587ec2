package address

// Settings is the list of what the town decides for itself.
const Settings = "/settings"

// Setting is one of it, by its name.
func Setting(name string) string { return under(Settings, name) }
