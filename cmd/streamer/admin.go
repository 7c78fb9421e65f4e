package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// AdminConfig of the listener for operators and onlookers.
type AdminConfig struct {
	Listen string `yaml:"listen" help:"Address of health, readiness, metrics, profiles and the live page; empty: no listener. Not for the public."`
}

// DefaultAdminConfig listens on this machine alone: the page shows user-written
// titles, and metrics tell about the service.
func DefaultAdminConfig() AdminConfig { return AdminConfig{Listen: "127.0.0.1:8080"} }

// Validate reports every fault of the settings.
func (c AdminConfig) Validate() error {
	if c.Listen == "" {
		return nil
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("admin.listen is %q, must be host:port: %w", c.Listen, err)
	}
	return nil
}

// admin serves /healthz (the process runs), /readyz (it can work), /metrics,
// /debug/pprof/ and the live page.
type admin struct {
	server   *http.Server
	listener net.Listener
	done     chan error
	working  atomic.Bool                 // between start and drain
	ask      func(context.Context) error // why it cannot work, nil when it can
	warnings func() []string
}

// readyTimeout bounds the question to the brokers behind /readyz.
const readyTimeout = 2 * time.Second

// adminParts are what admin shows.
type adminParts struct {
	registry *prometheus.Registry
	page     http.Handler
	ask      func(context.Context) error // why it cannot work, nil when it can
	warnings func() []string             // what an operator should know, though all works
}

func startAdmin(cfg AdminConfig, parts adminParts) (*admin, error) {
	a := &admin{ask: parts.ask, warnings: parts.warnings, done: make(chan error, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "ok")
		a.warn(w)
	})
	mux.HandleFunc("GET /readyz", a.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(parts.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.Handle("/", parts.page)
	if cfg.Listen == "" {
		close(a.done)
		return a, nil
	}
	listener, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("admin listener: %w; set admin.listen to a free address", err)
	}
	a.listener = listener
	a.server = &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		// No write timeout: the live feed is endless. It sets its own for each event.
		MaxHeaderBytes: 16 << 10,
	}
	go func() { a.done <- a.server.Serve(listener) }()
	return a, nil
}

// address is where the listener is, "" when there is none.
func (a *admin) address() string {
	if a.listener == nil {
		return ""
	}
	return a.listener.Addr().String()
}

func (a *admin) warn(w io.Writer) {
	for _, warning := range a.warnings() {
		fmt.Fprintln(w, "warning:", warning)
	}
}

func (a *admin) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	switch err := a.ask(ctx); {
	case !a.working.Load():
		http.Error(w, "not consuming: starting or stopping", http.StatusServiceUnavailable)
	case err != nil:
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	default:
		fmt.Fprintln(w, "ready")
		a.warn(w)
	}
}

// stop ends the listener. It is the last part to stop: operators watch a drain.
func (a *admin) stop(ctx context.Context) error {
	if a.server == nil {
		return nil
	}
	err := a.server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, a.server.Close())
	}
	if served := <-a.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
