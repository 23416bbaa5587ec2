// Package revision is what the screens that write a draft and those that publish
// one draw alike: the ways to a draft, what it changes, what is still to be
// done, and the form that asks why it goes back a step.
package revision
