package dedupe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// Server is what one Redis server says of itself; what it does not say is zero.
type Server struct {
	Address     string `json:"address"`
	Version     string `json:"version"`
	Role        string `json:"role"`
	Keys        int64  `json:"keys"` // of all who use the database
	UsedMemory  int64  `json:"used_memory"`
	MaxMemory   int64  `json:"max_memory"` // 0: none set
	Policy      string `json:"maxmemory_policy"`
	EvictedKeys int64  `json:"evicted_keys"`
	ExpiredKeys int64  `json:"expired_keys"`
	Hits        int64  `json:"keyspace_hits"`
	Misses      int64  `json:"keyspace_misses"`
	AppendOnly  bool   `json:"append_only"`
	Cluster     bool   `json:"cluster"`
	// Snapshots is when snapshots are written (CONFIG save); nil where it may
	// not be asked for.
	Snapshots *string `json:"snapshots,omitempty"`
}

// servers asks every master, in the order of their addresses.
func (r *Redis) servers(ctx context.Context) ([]Server, error) {
	var (
		mu   sync.Mutex
		list []Server
	)
	err := r.masters(ctx, func(ctx context.Context, node *redis.Client) error {
		address := node.Options().Addr
		if r.config.Redis.MasterName != "" {
			address = "master " + r.config.Redis.MasterName // the client's own word for it is no address
		}
		s, err := describe(ctx, node, address)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		list = append(list, s)
		return nil
	})
	slices.SortFunc(list, func(a, b Server) int { return cmp.Compare(a.Address, b.Address) })
	return list, err
}

// describe asks one server. One that does not let its user ask is described by
// its address alone.
func describe(ctx context.Context, node *redis.Client, address string) (Server, error) {
	s := Server{Address: address}
	var refused redis.Error
	info, err := node.Info(ctx).Result()
	if err != nil && !errors.As(err, &refused) {
		return s, fmt.Errorf("ask redis %s about itself: %w", s.Address, err)
	}
	s.read(info)
	if s.Keys, err = node.DBSize(ctx).Result(); err != nil && !errors.As(err, &refused) {
		return s, fmt.Errorf("ask redis %s for its size: %w", s.Address, err)
	}
	save, err := node.ConfigGet(ctx, "save").Result()
	if err != nil && !errors.As(err, &refused) {
		return s, fmt.Errorf("ask redis %s for its snapshots: %w", s.Address, err)
	}
	if v, ok := save["save"]; ok && err == nil {
		s.Snapshots = &v
	}
	return s, nil
}

// read reads the lines of INFO.
func (s *Server) read(info string) {
	for line := range strings.Lines(info) {
		field, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		n, _ := strconv.ParseInt(value, 10, 64)
		switch field {
		case "redis_version":
			s.Version = value
		case "role":
			s.Role = value
		case "used_memory":
			s.UsedMemory = n
		case "maxmemory":
			s.MaxMemory = n
		case "maxmemory_policy":
			s.Policy = value
		case "evicted_keys":
			s.EvictedKeys = n
		case "expired_keys":
			s.ExpiredKeys = n
		case "keyspace_hits":
			s.Hits = n
		case "keyspace_misses":
			s.Misses = n
		case "aof_enabled":
			s.AppendOnly = n != 0
		case "cluster_enabled":
			s.Cluster = n != 0
		}
	}
}

// Check says what about the servers threatens the marks, one sentence each; see
// the package comment for the policies. It is for the start of a process, and a
// server that may not be asked is a sentence, too. An error is one that could not
// be reached.
func (r *Redis) Check(ctx context.Context) ([]string, error) {
	servers, err := r.servers(ctx)
	if err != nil {
		return nil, err
	}
	var warnings []string
	for _, s := range servers {
		for _, w := range s.warnings(r.config) {
			warnings = append(warnings, "redis "+s.Address+" "+w)
		}
	}
	return warnings, nil
}

func (s *Server) warnings(c Config) []string {
	if s.Version == "" && s.Policy == "" {
		return []string{"does not let this user ask for INFO, so its memory policy is unknown"}
	}
	var list []string
	warn := func(when bool, format string, args ...any) {
		if when {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	major, _, _ := strings.Cut(s.Version, ".")
	old, err := strconv.Atoi(major)
	warn(err == nil && old < 6, "has version %s, and claims need 6 at least", s.Version)
	warn(s.Role == "slave", "is a replica: it takes no writes, and marks and claims are lost")
	warn(s.Cluster && !c.Redis.Cluster, "is a node of a cluster, and dedupe.redis.cluster is false")
	warn(!s.Cluster && c.Redis.Cluster, "is no node of a cluster, and dedupe.redis.cluster is true")
	s.warnMemory(c, warn)
	warn(s.EvictedKeys > 0, "evicted %d keys since its start: a mark among them lets an event be sent again", s.EvictedKeys)
	warn(!s.AppendOnly && s.Snapshots != nil && *s.Snapshots == "",
		"writes nothing to disk: when it restarts, events that another process sent may be sent again")
	return list
}

func (s *Server) warnMemory(c Config, warn func(bool, string, ...any)) {
	random := strings.HasSuffix(s.Policy, "-random") || strings.HasSuffix(s.Policy, "-lfu")
	switch {
	case s.Policy == "":
	case s.MaxMemory == 0:
		warn(true, "has no maxmemory: it grows until the system ends it; set one, with maxmemory-policy volatile-ttl")
	case s.Policy == "noeviction":
		warn(true, "has maxmemory-policy noeviction: when it is full it refuses marks and claims; use volatile-ttl")
	case random:
		warn(true, "has maxmemory-policy %s, which evicts the newest marks as readily as the oldest; use volatile-ttl", s.Policy)
	case s.Policy == "volatile-ttl" && c.ScoreTTL > c.SentTTL:
		warn(true, "has maxmemory-policy volatile-ttl, which evicts marks before scores while dedupe.score_ttl (%v) is above dedupe.sent_ttl (%v)",
			c.ScoreTTL, c.SentTTL)
	}
}
