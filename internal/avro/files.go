package avro

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"

	"revscore/internal/event"
)

// Files is a publisher that writes Avro container files into hourly Hive partitions:
//
//	<dir>/<stream>/year=2026/month=11/day=21/hour=07/part-<instance>-<number>.avro
//	<dir>/<stream>/year=2026/month=11/day=21/hour=07/_SUCCESS
//	<dir>/.revscore/<instance>/<stream>/…   journals and keys
//
// The hour is that of meta.dt, when the event was written, not of the event's own
// time: it is the one that ends. An edit may be scored a week late, and no hour of
// edits could ever be called complete.
//
// Guarantees, each also over a crash at any moment:
//
//   - An event is acknowledged when it is in a journal and the disk has flushed it,
//     and then it will be in exactly one container file.
//   - An event that was not acknowledged is in one or none. When it is published
//     again, with whatever meta.dt, it is in one. So the source's offsets may be
//     committed after the acknowledgement, and what is read again after a crash
//     doubles nothing: repeats of the last `remember` events are acknowledged and
//     dropped.
//   - Container files and _SUCCESS appear whole, by renaming. _SUCCESS lists the
//     files of an hour whose end is `lateness` past and of which no journal of any
//     instance is left. An event later than that still goes to its hour: in a file
//     of its own, after which _SUCCESS is written anew.
//   - A disk that is full or fails is waited for: events are kept in memory and
//     tried again, Publish blocks when their bytes are too many, and Err says why.
//   - Memory is bounded by the settings, whatever the number of streams and hours.
//
// Limits: repeats are recognised within one instance. If an instance dies and its
// partitions move to another one, an event that the dead one had written and not
// marked in Redis is written twice, under one meta.id. An instance that never comes
// back keeps the hours of its journals from being complete: start it once more by
// its name.
type Files struct {
	cfg     FilesConfig
	disk    disk
	now     func() time.Time // the wall clock, which may jump
	metrics *filesMetrics
	codec   *Codec
	unlock  func() error

	room    *semaphore.Weighted // bytes of events that wait for the disk
	stopped chan struct{}       // closed by Close
	workers sync.WaitGroup
	next    atomic.Int64 // sequence number of the next event

	mu     sync.RWMutex // Publish holds it for reading while it sends, Close to end that
	closed bool
	in     chan *waiting

	writer   writing   // owned by the writing goroutine
	finisher finishing // owned by the finishing goroutine

	faultMu     sync.Mutex
	faults      map[string]error // by what is being tried again
	stateChange func(cause error)
}

// FilesOption changes Files that are being opened.
type FilesOption func(*Files)

// WithStateChange tells f when the disk begins to refuse, and why, and with nil when
// all is well again. f must return quickly.
func WithStateChange(f func(cause error)) FilesOption {
	return func(files *Files) { files.stateChange = f }
}

// waiting is an event on its way to the disk, or a Flush if flushed is set.
type waiting struct {
	ctx     context.Context
	done    func(error)
	err     error // the event is refused
	slot    slot
	row     row
	size    int64
	flushed chan struct{}
}

var errClosed = errors.New("the Avro files are closed")

// NewFiles opens the folder and takes up what a former process of the same instance
// left there. Close ends the goroutines that it starts.
func NewFiles(cfg FilesConfig, reg prometheus.Registerer, opts ...FilesOption) (*Files, error) {
	state := filepath.Join(cfg.Dir, stateDir, cfg.Instance)
	if err := (osDisk{}).MkdirAll(state); err != nil {
		return nil, fmt.Errorf("avro files: %w", err)
	}
	unlock, err := lock(filepath.Join(state, ".lock"))
	if err != nil {
		return nil, fmt.Errorf("avro files: %w", err)
	}
	f, err := openFiles(cfg, osDisk{}, time.Now, reg, opts...)
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	f.unlock = unlock
	return f, nil
}

func openFiles(cfg FilesConfig, d disk, now func() time.Time, reg prometheus.Registerer, opts ...FilesOption) (*Files, error) {
	f := &Files{
		cfg: cfg, disk: d, now: now, metrics: newFilesMetrics(reg), codec: NewCodec(),
		unlock:  func() error { return nil },
		room:    semaphore.NewWeighted(cfg.Buffered),
		stopped: make(chan struct{}),
		in:      make(chan *waiting, batchEvents),
		faults:  map[string]error{},

		stateChange: func(error) {},
	}
	for _, opt := range opts {
		opt(f)
	}
	f.writer.init(f)
	f.finisher.init(f)
	if err := f.recover(); err != nil {
		return nil, fmt.Errorf("avro files: %w", err)
	}
	f.workers.Go(f.writer.run)
	f.workers.Go(f.finisher.run)
	return f, nil
}

// Publish takes an event in and calls done once, from another goroutine, when it
// is on the disk, or is refused, or ctx has ended while it waited. It blocks while
// too many bytes wait. It keeps nothing of m.
func (f *Files) Publish(ctx context.Context, m event.Message, done func(error)) {
	w := &waiting{ctx: ctx, done: done, size: int64(len(m.Value))}
	f.prepare(w, m.Value)
	// Close empties what waits, so this does not block for ever.
	if err := f.room.Acquire(ctx, w.size); err != nil {
		w.err, w.size = cmp.Or(w.err, err), 0
	}
	if !f.send(w) {
		f.room.Release(w.size)
		// Nobody is left to call it: the goroutines are gone.
		done(fmt.Errorf("publish to avro files: %w", errClosed))
	}
}

// prepare finds out what the event is and where it belongs.
func (f *Files) prepare(w *waiting, value []byte) {
	if len(value) > maxFrame/2 {
		w.err, w.size = fmt.Errorf("the event has %d bytes, at most %d are taken", len(value), maxFrame/2), 0
		return
	}
	s, r, err := read(value)
	if err != nil {
		w.err = err
		return
	}
	meta := r.about()
	if meta.ID == nil || *meta.ID == "" || meta.Dt == nil {
		w.err = errors.New("the event has no meta.id or meta.dt, by which it is known and has its hour")
		return
	}
	at, err := time.Parse(time.RFC3339, *meta.Dt)
	if err != nil {
		w.err = fmt.Errorf("meta.dt: %w", err)
		return
	}
	if at = at.UTC(); at.Year() < 1 || at.Year() > 9999 {
		w.err = fmt.Errorf("meta.dt is %.40q, in a year that has no partition", *meta.Dt)
		return
	}
	if !name.MatchString(meta.Stream) {
		w.err = fmt.Errorf("stream %.100q is no name of a folder", meta.Stream)
		return
	}
	w.slot = slot{meta.Stream, s, at.Truncate(time.Hour)}
	if w.row.key, w.err = keyOf(r); w.err == nil {
		w.row.data, w.err = f.codec.marshal(s, r)
	}
}

// send hands over to the writing goroutine; false once Files is closed.
func (f *Files) send(w *waiting) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.closed {
		return false
	}
	select {
	case f.in <- w:
		return true
	case <-f.stopped:
		return false
	}
}

// Flush waits until every event that was published before is on the disk or
// refused. It does not finish hours.
func (f *Files) Flush(ctx context.Context) error {
	w := &waiting{flushed: make(chan struct{})}
	if !f.send(w) {
		return fmt.Errorf("flush avro files: %w", errClosed)
	}
	select {
	case <-w.flushed:
		return nil
	case <-f.stopped:
		return fmt.Errorf("flush avro files: %w", errClosed)
	case <-ctx.Done():
		return fmt.Errorf("flush avro files: %w", errors.Join(ctx.Err(), f.Err()))
	}
}

// Close gives up what Flush has not waited for, and stops. Journals stay for the
// next start.
func (f *Files) Close() error {
	select {
	case <-f.stopped:
		return nil
	default:
	}
	close(f.stopped)
	f.mu.Lock() // after which nobody sends
	f.closed = true
	close(f.in)
	f.mu.Unlock()
	f.workers.Wait()
	return errors.Join(f.writer.close(), f.unlock())
}

// Err says what the disk refuses at the moment, nil when all is well.
func (f *Files) Err() error {
	f.faultMu.Lock()
	defer f.faultMu.Unlock()
	var errs []error
	for _, err := range f.faults {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// fault notes that what failed, or that it succeeded, and counts failures.
func (f *Files) fault(what string, err error) {
	f.faultMu.Lock()
	defer f.faultMu.Unlock()
	before := len(f.faults)
	if err == nil {
		delete(f.faults, what)
		if before > 0 && len(f.faults) == 0 {
			f.stateChange(nil)
		}
		return
	}
	f.metrics.faults.Inc()
	f.faults[what] = fmt.Errorf("avro files: %s: %w", what, err)
	if before == 0 {
		f.stateChange(f.faults[what])
	}
}
