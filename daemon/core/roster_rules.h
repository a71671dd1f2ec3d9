/*
 * roster_rules.h - which control records count (PROTOCOL.md section 4).
 *
 * Whether a record counts depends on removals its author may not have known
 * of, which may themselves be struck by others. Solved as the well-founded
 * model of those rules (Van Gelder, "The Alternating Fixpoint of Logic
 * Programs with Negation", 1989): `sure` counts whatever else is true,
 * `maybe` is not ruled out. What is maybe but not sure hangs in a circle:
 * devices that removed each other, for people to settle.
 */
#ifndef KEPT_CORE_ROSTER_RULES_H
#define KEPT_CORE_ROSTER_RULES_H

#include "daemon/core/causal.h"

#define RULE_NONE UINT32_MAX

/* Beside node i of the causal order. */
struct rule_record {
	uint8_t kind;
	bool is_fit;       /* body decoded, and all that it says by itself */
	const void *body;  /* struct control_<kind>, in the arena */
	uint32_t author;   /* device */
	uint32_t subject;  /* whom it brings in or puts out, or RULE_NONE */
	uint32_t next_intro;   /* of the subject, in causal order */
	uint32_t next_removal; /* of the subject */
	uint32_t next_written; /* removal by the author */
	uint32_t n_most;   /* greatest kept n of ROTATEs up to here */
	bool keeps_n;      /* ROTATE with n = 1 + that of its past */
	const struct roster_proof *proof; /* of a FORK that is fit */
};

struct rule_device {
	struct sign_public sign;
	uint32_t first_intro;   /* GENESIS, ADD, RECOVERY_SET naming it */
	uint32_t first_removal; /* REMOVE of it */
	uint32_t first_written; /* REMOVE by it */
	bool is_recovery;
};

struct rules {
	const struct causal *causal;
	struct rule_record *records; /* by node */
	struct rule_device *devices; /* by key */
	size_t device_count;
	uint32_t *intros; /* nodes that bring somebody in */
	size_t intro_count;
	uint32_t *renewals; /* RECOVERY_SETs */
	size_t renewal_count;
	uint32_t *freezers; /* must-understand, unknown */
	size_t freezer_count;
	bool *sure;
	bool *maybe;
};

/* ERR_NOMEM. All in the arena. */
int rules_read(const struct causal *causal, struct arena *arena,
	       struct rules *out) KEPT_MUST_USE;
/* Fills sure and maybe. */
int rules_solve(struct rules *rules, struct arena *arena) KEPT_MUST_USE;

/* roster_forks.c: FORKs whose two sides prove nothing are not fit. */
int rules_prove_forks(struct rules *rules, struct arena *arena) KEPT_MUST_USE;
/* Those that count, into the roster. */
int rules_lay_out_forks(const struct rules *rules, struct arena *arena,
			struct roster *out) KEPT_MUST_USE;

/* Place in devices, or RULE_NONE. */
uint32_t rules_find_device(const struct rules *rules,
			   const struct sign_public *sign);
/* Does `removal` (a REMOVE or RECOVERY_SET) put this device out? */
bool rules_puts_out(const struct rules *rules, size_t removal,
		    uint32_t device);

#endif
