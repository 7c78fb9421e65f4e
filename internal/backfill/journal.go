package backfill

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Position is how far a job is: all before it is finished.
type Position struct {
	Records int64     `json:"records"`            // of the file, or of the list that a wiki gave
	Offset  int64     `json:"offset,omitempty"`   // bytes of the unpacked file
	Rev     int64     `json:"rev_id,omitempty"`   // of the last record; 0: it was none
	Time    time.Time `json:"timestamp,omitzero"` // of the last record, where they are in the order of time
}

// entry is what the journal's file holds.
type entry struct {
	Version  int       `json:"version"`
	Job      Job       `json:"job"`
	Position Position  `json:"position"`
	Finished bool      `json:"finished"`
	Size     int64     `json:"size,omitempty"` // of the job's file when it was finished
	Saved    time.Time `json:"saved"`
}

// journalVersion is that of the file's form.
const journalVersion = 1

// Journal keeps the position of a job, in a file if it has one. It is safe for
// concurrent use.
type Journal struct {
	path string // "": memory alone
	job  Job

	mu      sync.Mutex // guards what follows
	at      Position
	written Position
	done    bool
	exists  bool
}

// OpenJournal finds out how far a job is. source is the path of the job's file, which its
// Job gets the marks of; path is that of the journal, empty for none. With restart a job
// begins anew, whatever the journal holds.
func OpenJournal(path string, job Job, source string, restart bool) (*Journal, error) {
	if source != "" {
		if err := job.identify(source); err != nil {
			return nil, err
		}
	}
	j := &Journal{path: path, job: job}
	if path == "" || restart {
		return j, nil
	}
	e, err := readEntry(path)
	if errors.Is(err, fs.ErrNotExist) {
		return j, nil
	}
	if err != nil {
		return nil, fmt.Errorf("state file %s: %w; give another --state, or --restart to begin anew", path, err)
	}
	if err := e.belongs(job, source); err != nil {
		return nil, fmt.Errorf("state file %s is of another job:\n%w\ngive another --state, or --restart to begin this one anew", path, err)
	}
	j.job, j.at, j.written, j.exists = e.Job, e.Position, e.Position, true
	j.done, err = e.finished(source)
	return j, err
}

func readEntry(path string) (*entry, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var e entry
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil {
		return nil, fmt.Errorf("it is broken: %w", err)
	}
	p := e.Position
	switch {
	case e.Version != journalVersion:
		return nil, fmt.Errorf("it has version %d, this program reads %d", e.Version, journalVersion)
	case p.Records < 0 || p.Offset < 0 || p.Rev < 0 || e.Job.Kind == "":
		return nil, errors.New("it is broken: it names no position of a job")
	}
	return &e, nil
}

// belongs compares the file's head as far as it was there then.
func (e *entry) belongs(job Job, source string) error {
	if source != "" && e.Job.HeadBytes > 0 && e.Job.HeadBytes < job.HeadBytes {
		digest, n, err := digestHead(source, e.Job.HeadBytes)
		if err != nil {
			return err
		}
		job.Head, job.HeadBytes = digest, n
	}
	return job.difference(e.Job)
}

// finished tells whether there is nothing left to do: a file may have grown since.
func (e *entry) finished(source string) (bool, error) {
	if !e.Finished || source == "" {
		return e.Finished, nil
	}
	info, err := os.Stat(source)
	if err != nil {
		return false, err
	}
	return info.Size() == e.Size, nil
}

// Job is the one that the journal is about, with the marks of its file.
func (j *Journal) Job() Job { return j.job }

// Finished tells whether the job was done before.
func (j *Journal) Finished() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.done
}

// At is the position of the finished prefix.
func (j *Journal) At() Position {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.at
}

func (j *Journal) advance(to Position) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.at = to
}

// Save writes the position, if it has moved since.
func (j *Journal) Save() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.exists && j.at == j.written {
		return nil
	}
	return j.write(entry{Position: j.at})
}

// finish notes that there is nothing left to do.
func (j *Journal) finish(source string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.done = true
	e := entry{Position: j.at, Finished: true}
	if source != "" {
		info, err := os.Stat(source)
		if err != nil {
			return fmt.Errorf("state of the backfill: %w", err)
		}
		e.Size = info.Size()
	}
	return j.write(e)
}

// write replaces the file: a crash leaves the old one or the new one. The caller holds mu.
func (j *Journal) write(e entry) error {
	if j.path == "" {
		return nil
	}
	e.Version, e.Job, e.Saved = journalVersion, j.job, time.Now().UTC().Truncate(time.Second)
	data, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return fmt.Errorf("state of the backfill: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(j.path), filepath.Base(j.path)+".*")
	if err != nil {
		return fmt.Errorf("save the state of the backfill: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // gone already after the rename
	_, err = tmp.Write(append(data, '\n'))
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), j.path)
	}
	if err != nil {
		return fmt.Errorf("save the state of the backfill: %w", err)
	}
	j.written, j.exists = e.Position, true
	return syncFolder(filepath.Dir(j.path))
}

// syncFolder makes a rename outlast a power cut, where folders can be synced.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("save the state of the backfill: %w", err)
	}
	_ = folder.Sync() // not every system can
	return folder.Close()
}
