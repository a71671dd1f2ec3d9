/*
 * schema.h - the .def tables as C: a struct and a static descriptor array
 * per message and per method.
 *
 * One interpreter (codec.h) walks the descriptors to encode, decode, compare,
 * print and generate. control.def gives struct control_<name>, sync.def
 * struct sync_<name>, rpc.def struct rpc_<method> (its parameters).
 *
 * In the structs: U64 uint64_t; I64 int64_t; FLAG bool; FIX uint8_t[n]; BIN,
 * STR and RAW struct bytes (borrow from the input); FIXES struct
 * schema_fixes; LIST struct schema_list of the sub-struct. `present` has bit
 * (1 << place of the field in its message, from 0) for every field that was
 * there; SCHEMA_HAS tests it by member name. Journal entries: entry.h.
 */
#ifndef KEPT_PROTO_SCHEMA_H
#define KEPT_PROTO_SCHEMA_H

#include "proto/base/errors.h"
#include "proto/base/ids.h"
#include "proto/bounds.h"

enum schema_type {
	SCHEMA_U64,
	SCHEMA_I64,
	SCHEMA_FLAG,
	SCHEMA_FIX,
	SCHEMA_BIN,
	SCHEMA_STR,
	SCHEMA_RAW,
	SCHEMA_FIXES,
	SCHEMA_LIST,
	SCHEMA_STRS /* rpc only: list of STR */
};

/* FIXES: count runs of `bytes` each, contiguous. Borrows. */
struct schema_fixes {
	const uint8_t *ptr;
	size_t count;
};

/* LIST and STRS: count structs (of the sub-message; struct bytes for STRS). */
struct schema_list {
	const void *items;
	size_t count;
};

struct schema_message;

struct schema_field {
	uint32_t number; /* key on the wire; rpc: place + 1 */
	const char *name;
	enum schema_type type;
	bool required;
	uint64_t bound;	    /* greatest value, most bytes, or most items */
	uint32_t fix_bytes; /* FIX and FIXES */
	size_t offset;
	const struct schema_message *sub; /* LIST */
	const char *doc;
};

struct schema_message {
	uint32_t number;
	const char *name;
	uint64_t max_bytes;
	uint32_t states; /* sync.def: SYNC_IN() bits */
	size_t struct_bytes;
	size_t present_offset;
	const struct schema_field *fields; /* ascending numbers */
	size_t field_count;		   /* <= 32 */
	const char *doc;
};

/* What a result holds; type is one of str, uint, bool, list, map, entry. */
struct schema_result {
	const char *name;
	const char *type;
	const char *doc;
};

enum schema_access { ACCESS_OPEN, ACCESS_READ, ACCESS_WRITE, ACCESS_ADMIN };

struct schema_method {
	const char *name;
	enum schema_access access;
	uint32_t since;
	const char *doc;
	const struct schema_message *params;
	const struct schema_result *results;
	size_t result_count;
};

struct schema_event {
	const char *name;
	const char *doc;
};

/* Where a peer session is, as far as messages depend on it. */
enum peer_state {
	PEER_GREET,
	PEER_INTRO,
	PEER_CONTROL,
	PEER_STREAM,
	PEER_PAIRING
};
#define SYNC_IN(state) (UINT32_C(1) << PEER_##state)

/* NULL if there is no such row. */
const struct schema_message *schema_control(uint64_t number);
const struct schema_message *schema_sync(uint64_t number);
const struct schema_method *schema_rpc(struct bytes name);
/* By place, in table order; NULL at the end. */
const struct schema_message *schema_control_at(size_t place);
const struct schema_message *schema_sync_at(size_t place);
const struct schema_method *schema_rpc_at(size_t place);
const struct schema_event *schema_event_at(size_t place);
const char *schema_access_name(enum schema_access access);

/* Was this field there? SCHEMA_HAS(params, rpc_add, at). */
#define SCHEMA_HAS(message, msg_fields, member)                                \
	(((message)->present >> (SCHEMA_PLACE_##msg_fields##_##member)) & 1u)
/* Marks a field as there, for encoding. */
#define SCHEMA_SET(message, msg_fields, member)                                \
	((void)((message)->present |=                                          \
		UINT32_C(1) << (SCHEMA_PLACE_##msg_fields##_##member)))

/* clang-format off: rows expand to declarations, not statements */
/* Expansion 1: a struct for every row. */
#define U64(msg, number, member, max, need, doc) uint64_t member;
#define FLAG(msg, number, member, need, doc) bool member;
#define FIX(msg, number, member, bytes, need, doc) uint8_t member[bytes];
#define BIN(msg, number, member, max, need, doc) struct bytes member;
#define STR(msg, number, member, max, need, doc) struct bytes member;
#define RAW(msg, number, member, max, need, doc) struct bytes member;
#define FIXES(msg, number, member, bytes, max, need, doc) \
	struct schema_fixes member;
#define LIST(msg, number, member, sub, max, need, doc) \
	struct schema_list member;
#define END(name) uint32_t present; };

#define MSG(name, number, max_bytes, doc) struct control_##name {
#define SUB(name, doc) struct control_##name {
#include "proto/control.def"
#undef MSG
#undef SUB
#define MSG(name, number, max_bytes, states, doc) struct sync_##name {
#define SUB(name, doc) struct sync_##name {
#include "proto/sync.def"
#undef MSG
#undef SUB
#undef U64
#undef FLAG
#undef FIX
#undef BIN
#undef STR
#undef RAW
#undef FIXES
#undef LIST

#define METHOD(name, access, since, doc) struct rpc_##name {
#define P_STR(method, name, max, need, doc) struct bytes name;
#define P_BIN(method, name, max, need, doc) struct bytes name;
#define P_U64(method, name, max, need, doc) uint64_t name;
#define P_I64(method, name, max, need, doc) int64_t name;
#define P_FLAG(method, name, need, doc) bool name;
#define P_RAW(method, name, max, need, doc) struct bytes name;
#define P_STRS(method, name, max, need, doc) struct schema_list name;
#define R(method, name, type, doc)
#define EVENT(name, doc)
#include "proto/rpc.def"
#undef METHOD
#undef P_STR
#undef P_BIN
#undef P_U64
#undef P_I64
#undef P_FLAG
#undef P_RAW
#undef P_STRS
#undef END

/*
 * Expansion 2: SCHEMA_PLACE_<struct>_<member>, the bit of each member in
 * `present`, and SCHEMA_COUNT_<struct>.
 */
#define U64(msg, number, member, max, need, doc) SCHEMA_AT(msg, member)
#define FLAG(msg, number, member, need, doc) SCHEMA_AT(msg, member)
#define FIX(msg, number, member, bytes, need, doc) SCHEMA_AT(msg, member)
#define BIN(msg, number, member, max, need, doc) SCHEMA_AT(msg, member)
#define STR(msg, number, member, max, need, doc) SCHEMA_AT(msg, member)
#define RAW(msg, number, member, max, need, doc) SCHEMA_AT(msg, member)
#define FIXES(msg, number, member, bytes, max, need, doc) \
	SCHEMA_AT(msg, member)
#define LIST(msg, number, member, sub, max, need, doc) SCHEMA_AT(msg, member)

#define SUB(name, doc) enum {
#define MSG(name, number, max_bytes, doc) \
	enum { SCHEMA_NUMBER_control_##name = (number) }; enum {
#define SCHEMA_AT(msg, member) SCHEMA_PLACE_control_##msg##_##member,
#define END(name) SCHEMA_COUNT_control_##name };
#include "proto/control.def"
#undef MSG
#undef SCHEMA_AT
#undef END
#define MSG(name, number, max_bytes, states, doc) \
	enum { SCHEMA_NUMBER_sync_##name = (number) }; enum {
#define SCHEMA_AT(msg, member) SCHEMA_PLACE_sync_##msg##_##member,
#define END(name) SCHEMA_COUNT_sync_##name };
#include "proto/sync.def"
#undef MSG
#undef SUB
#undef SCHEMA_AT
#undef END
#undef U64
#undef FLAG
#undef FIX
#undef BIN
#undef STR
#undef RAW
#undef FIXES
#undef LIST

#define METHOD(name, access, since, doc) enum {
#define SCHEMA_AT(msg, member) SCHEMA_PLACE_rpc_##msg##_##member,
#define END(name) SCHEMA_COUNT_rpc_##name };
#define P_STR(method, name, max, need, doc) SCHEMA_AT(method, name)
#define P_BIN(method, name, max, need, doc) SCHEMA_AT(method, name)
#define P_U64(method, name, max, need, doc) SCHEMA_AT(method, name)
#define P_I64(method, name, max, need, doc) SCHEMA_AT(method, name)
#define P_FLAG(method, name, need, doc) SCHEMA_AT(method, name)
#define P_RAW(method, name, max, need, doc) SCHEMA_AT(method, name)
#define P_STRS(method, name, max, need, doc) SCHEMA_AT(method, name)
#include "proto/rpc.def"
#undef METHOD
#undef SCHEMA_AT
#undef END
#undef P_STR
#undef P_BIN
#undef P_U64
#undef P_I64
#undef P_FLAG
#undef P_RAW
#undef P_STRS

/* Expansion 3: RPC_METHOD_<name>, the place of a method in its table. */
#define METHOD(name, access, since, doc) RPC_METHOD_##name,
#define P_STR(method, name, max, need, doc)
#define P_BIN(method, name, max, need, doc)
#define P_U64(method, name, max, need, doc)
#define P_I64(method, name, max, need, doc)
#define P_FLAG(method, name, need, doc)
#define P_RAW(method, name, max, need, doc)
#define P_STRS(method, name, max, need, doc)
#define END(name)
enum rpc_method {
#include "proto/rpc.def"
	RPC_METHOD_COUNT
};
#undef METHOD
#undef P_STR
#undef P_BIN
#undef P_U64
#undef P_I64
#undef P_FLAG
#undef P_RAW
#undef P_STRS
#undef END
#undef R
#undef EVENT
/* clang-format on */

/* The numbers of the tables in capitals; a row without one has no use yet. */
enum control_number {
	CONTROL_GENESIS = SCHEMA_NUMBER_control_genesis,
	CONTROL_LOG_OPEN = SCHEMA_NUMBER_control_log_open,
	CONTROL_ADD = SCHEMA_NUMBER_control_add,
	CONTROL_REMOVE = SCHEMA_NUMBER_control_remove,
	CONTROL_ROTATE = SCHEMA_NUMBER_control_rotate,
	CONTROL_RECOVERY_SET = SCHEMA_NUMBER_control_recovery_set,
	CONTROL_FORK = SCHEMA_NUMBER_control_fork
};

enum sync_number {
	SYNC_STATE = SCHEMA_NUMBER_sync_state,
	SYNC_RUN = SCHEMA_NUMBER_sync_run,
	SYNC_ACK = SCHEMA_NUMBER_sync_ack,
	SYNC_WANT = SCHEMA_NUMBER_sync_want,
	SYNC_HEADERS = SCHEMA_NUMBER_sync_headers,
	SYNC_PING = SCHEMA_NUMBER_sync_ping,
	SYNC_PONG = SCHEMA_NUMBER_sync_pong,
	SYNC_REKEY = SCHEMA_NUMBER_sync_rekey,
	SYNC_CLOSE = SCHEMA_NUMBER_sync_close,
	SYNC_PAIR_KEYS = SCHEMA_NUMBER_sync_pair_keys,
	SYNC_PAIR_CONFIRM = SCHEMA_NUMBER_sync_pair_confirm,
	SYNC_PAIR_WELCOME = SCHEMA_NUMBER_sync_pair_welcome,
	SYNC_PAIR_DONE = SCHEMA_NUMBER_sync_pair_done
};

#endif
