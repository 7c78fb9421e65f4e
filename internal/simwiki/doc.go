// Package simwiki is an endless stream of made-up wiki edits, for a demo without
// data and for end-to-end tests. About thirty short articles in twenty-two
// languages are embedded; simulated editors add to them, mend them, vandalise
// them and revert each other.
//
// Guarantees. The same seed gives the same revisions byte for byte, whatever the
// machine and the clock: time is simulated and starts at [Start]. Memory is
// constant: pages that grow are trimmed, new pages and newcomers push out old
// ones. Revision and page ids are unique within a wiki and revision ids grow.
//
// Limits. It is no model of a community: the shares of roles and of kinds of
// edit are round numbers chosen to show every kind within a few hundred edits.
// Names, sources and events in the texts are invented; domains end in .example
// and addresses are those reserved for documentation.
package simwiki
