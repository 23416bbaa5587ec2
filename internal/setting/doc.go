// Package setting is what a town decides for itself, such as when people are
// reminded of a deadline: each value is of a type, is checked before it holds,
// holds from a first day on, and keeps its history with who has set it and why.
//
// A capability declares what may be set beside the code that goes by it:
//
//	var Reminders = setting.NewDays("acknowledgement.remind_person", "本人へのお知らせ", "…", -3, 1)
//
// hands the declarations to the portal in its Part, and asks Reminders.On(values,
// day). Where the town has set nothing, the default holds.
package setting
