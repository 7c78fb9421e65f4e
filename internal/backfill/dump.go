package backfill

import (
	"context"
	"errors"
	"fmt"
	"io"

	"revscore/internal/corpus"
)

// dump feeds the revisions of a file.
type dump struct {
	path       string
	reader     *corpus.Reader
	namespaces []int64
	from       Position // where the work begins; all before it is read and passed over
	at         Position
}

// OpenDump reads a file of package corpus from a position on.
func OpenDump(path string, from Position, namespaces []int64) (Feed, error) {
	reader, err := corpus.Open(path)
	if err != nil {
		return nil, err
	}
	return &dump{path: path, reader: reader, namespaces: namespaces, from: from}, nil
}

func (d *dump) Close() error { return d.reader.Close() }

// Done counts the bytes of the file as it is stored.
func (d *dump) Done() float64 {
	done, total := d.reader.Progress()
	return float64(done) / float64(max(total, 1))
}

func (d *dump) Next(ctx context.Context) (Item, error) {
	for d.at.Records < d.from.Records {
		if err := d.passOver(ctx); err != nil {
			return Item{}, err
		}
	}
	return d.read(ctx)
}

// errOtherFile says that what was done is not in the file.
var errOtherFile = errors.New("the file is not the one that was begun: begin anew with --restart")

// passOver reads one record that is done.
func (d *dump) passOver(ctx context.Context) error {
	item, err := d.read(ctx)
	switch {
	case err == io.EOF:
		return fmt.Errorf("go on with %s behind record %d: it ends after %d: %w", d.path, d.from.Records, d.at.Records, errOtherFile)
	case err != nil:
		return err
	case d.at.Records == d.from.Records && item.At.Rev != d.from.Rev:
		return fmt.Errorf("go on with %s behind record %d: that is revision %d, and was %d: %w", d.path, d.from.Records, item.At.Rev, d.from.Rev, errOtherFile)
	}
	return nil
}

// read takes one record. An error that is not io.EOF is the file's end before its time.
func (d *dump) read(ctx context.Context) (Item, error) {
	if err := ctx.Err(); err != nil {
		return Item{}, err
	}
	rev, err := d.reader.Next()
	var broken *corpus.LineError
	switch {
	case err == io.EOF:
		return Item{}, io.EOF
	case err != nil && !errors.As(err, &broken):
		return Item{}, fmt.Errorf("%w (record %d was the last one that is whole)", err, d.at.Records)
	}
	d.at.Records++
	d.at.Offset = d.reader.Offset()
	d.at.Rev = 0
	item := Item{Revision: rev}
	switch {
	case broken != nil:
		item = Item{Left: &Left{Reason: LeftBroken, Where: fmt.Sprint("line ", broken.Line), Err: broken}}
	default:
		d.at.Rev = rev.RevID
		if left := d.leave(rev); left != nil {
			item = Item{Left: left}
		}
	}
	item.At = d.at
	return item, nil
}

var errNoPage = errors.New("the record names no page_id, which every score event has; give the revision to --ids instead")

func (d *dump) leave(r *corpus.Revision) *Left {
	if corpus.Derived(r.PageID) {
		return &Left{Reason: LeftBroken, Where: fmt.Sprint(r.RevID), Err: fmt.Errorf("%s, revision %d of %s: %w", d.path, r.RevID, r.Wiki, errNoPage)}
	}
	return wanted(d.namespaces, r)
}
