package session

import "strings"

// Device says in a few words from what somebody signed in, such as Windows の
// Chrome, for people to recognize it by. The browser says so itself: it is a
// hint, and proves nothing.
func Device(userAgent string) string {
	system, browser := named(userAgent, systems), named(userAgent, browsers)
	switch {
	case system == "" && browser == "":
		return "不明な端末"
	case system == "":
		return browser
	case browser == "":
		return system
	}
	return system + " の " + browser
}

// name is the title of a browser or system that leaves a mark.
type name struct{ mark, title string }

// The first mark that is found counts: Edge calls itself Chrome too, and
// Chrome calls itself Safari.
var (
	systems = []name{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"},
		{"CrOS", "Chromebook"}, {"Mac OS X", "Mac"}, {"Linux", "Linux"},
	}
	browsers = []name{
		{"Edg", "Edge"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	}
)

func named(userAgent string, names []name) string {
	for _, n := range names {
		if strings.Contains(userAgent, n.mark) {
			return n.title
		}
	}
	return ""
}
