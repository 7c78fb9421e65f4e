// Package registry holds the models in service: it loads the bundles that a
// configuration places, finds the one that answers for a wiki, and exchanges
// bundles while the service runs.
//
// A [Set] is one state of service and never changes; [LoadSet] makes one for
// commands that run once. A [Registry] has a current set behind an atomic
// pointer: a look-up takes no lock, and an event that holds a model of an earlier
// set goes on with it until it is done.
//
// # What a reload promises
//
//   - A bundle is loaded and asked its recorded examples before it serves. One that
//     fails changes nothing: the model that was there stays, and the report, a
//     metric and [Registry.Failing] say so. The other bundles are exchanged
//     nevertheless; all that are ready appear at once.
//   - A bundle whose card is the same, byte for byte, keeps its model. The card has
//     the checksums of all other files, so that they are not read to find a change.
//     Whether they are still what the card says is another matter: a look compares
//     their sizes and times and, if one differs, reads and asks the bundle anew, as a
//     reload that was asked for does in any case. Damage leaves the model in service
//     and is a failure, since a restart would meet it.
//   - A folder keeps its model's name and wiki while the program runs: under another
//     name the routes to the old one would fall silent. What a model is renamed to
//     needs a folder of its own.
//   - A folder that a place names and that is gone is a failure, and its model
//     stays: to take it out, edit the configuration. A place with a pattern is the
//     way to add and remove models by their folders: a new one joins, a removed one
//     leaves. It leaves at the second look that misses it, so that a folder that is
//     removed and copied anew keeps serving in between, and not while a newcomer of
//     the pattern fails, which may be what should take its place. A pattern that
//     matches nothing at all is a failure too: that is how an unmounted disk looks.
//   - The last model of a name that routes have ([Registry.Need]) does not leave: its
//     streams would fall silent. That its folder is gone is a failure. What leaves one
//     of several wikis is warned about, and remembered by [Registry.Left].
//
// # Versions, caches and meta.ids
//
// The keys of the score cache, the marks of what was sent and the meta.id of score
// events have a model's name and version, not its checksum: the version is the
// promise that the scores are the same. So a bundle replaced by one of another
// version starts afresh, and a bundle replaced under its old version keeps the
// cached scores and is not sent anew for revisions that were answered. This is
// allowed, since a corrected licence line changes the checksum too, and warned
// about. With the checksum in the keys, two instances that reload at different
// moments would send two scores under one meta.id.
//
// # Limits
//
// During a reload the old and the new model are in memory together, one bundle at a
// time where only the folder is verified. Lexicons and spelling dictionaries are kept
// for the life of the program by the sha256 of their file, or by their tag, so that
// models share them: a new version of a system's dictionary needs a restart. A read
// from a file system that hangs cannot be interrupted; it delays the end of
// [Registry.Watch], and nothing else.
package registry
