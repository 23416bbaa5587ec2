// Package screen is the kit that every screen is built with: routes, what a
// request carries, the frame around a page, forms, answers, and the Part by which
// a capability is handed to the portal.
//
// A screen's handlers and its pages stand side by side in one package. It knows
// this kit, components, layout, addresses and its own domains; it holds no rule
// and no SQL, and knows no other screen.
package screen
