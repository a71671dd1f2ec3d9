/*
 * author.h - somebody who writes blocks, for tests: keys, logs, and control
 * records by hand, without a vault. Data bodies are noise: core is blind.
 */
#ifndef KEPT_TESTS_AUTHOR_H
#define KEPT_TESTS_AUTHOR_H

#include "daemon/core/roster.h"
#include "proto/crypto/block.h"
#include "tests/lib/harness.h"

#define AUTHOR_BODY_BYTES 16384

struct author_log {
	struct id16 lid, nonce;
	uint8_t log_class;
	uint64_t seq;
	struct hash32 prev;
};

struct author {
	uint8_t seed;
	struct sign_public sign;
	struct sign_secret sign_secret;
	struct box_public box;
	struct net_public net;
	struct net_secret net_secret;
	struct hash32 journal;
	struct id16 jtag;
	struct author_log control, data;
	bool skips_signing; /* where nothing looks at signatures */
};

/* A block and the bytes it stands on. */
struct paper {
	struct block block;
	struct sign_public author;
	uint8_t body[AUTHOR_BODY_BYTES];
};

/* Keys and nonces from the seed, always the same. */
void author_init(struct author *author, uint8_t seed);
void author_join(struct author *author, const struct author *founder);
/* New logs (after doubt): other nonces, numbers from 1. */
void author_renew(struct author *author, uint8_t salt);

struct dot paper_dot(const struct paper *paper);
struct roster_record paper_record(const struct paper *paper);

/* Deps by hand; NULL, 0: none. */
struct deps {
	const struct dot *dots;
	size_t count;
};

void author_genesis(struct author *author, struct paper *out);
/* log: &author->control or &author->data, the record goes to control. */
void author_open(struct author *author, struct author_log *log,
		 struct deps deps, struct paper *out);
void author_add(struct author *author, const struct author *joiner,
		struct deps deps, struct paper *out);
void author_remove(struct author *author, const struct sign_public *target,
		   const struct control_cut *cuts, size_t cut_count,
		   struct deps deps, struct paper *out);
/* Wraps that open to nothing, for these keys. */
void author_rotate(struct author *author, uint32_t n,
		   const struct sign_public *const *to, size_t to_count,
		   struct deps deps, struct paper *out);
void author_recovery(struct author *author, const struct author *recovery,
		     struct deps deps, struct paper *out);
/* Any kind, any body. */
void author_control(struct author *author, uint8_t kind, struct bytes body,
		    struct paper *out);
/* A data block of that many bytes. */
void author_note(struct author *author, size_t bytes, struct paper *out);
/* Body, hash, and signature again, after the header was changed. */
void author_seal(struct author *author, struct paper *paper, size_t bytes);

#endif
