// Package browsertest plays the portal's stories in a real browser (headless
// Chromium): what a person sees and clicks, at 1280 and 375 px, with axe-core
// finding nothing on any page. Build tag browser; make test runs it. Screenshots
// are kept in test-output.
package browsertest
