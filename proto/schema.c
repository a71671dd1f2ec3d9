/*
 * schema.c - the descriptors of every message and method.
 *
 * Only tables and look-ups: nothing here reads or writes bytes. A row
 * without a doc does not compile; numbers out of order fail
 * tests/unit/test_schema.c. Read next: codec.c, which walks these.
 */
#include "proto/schema.h"

#include <stddef.h>

#define REQUIRED true
#define OPTIONAL false

/* clang-format off: rows expand to initializers */

/* Pass 1: parts of messages are named before lists refer to them. */
#define U64(msg, number, member, max, need, doc)
#define FLAG(msg, number, member, need, doc)
#define FIX(msg, number, member, bytes, need, doc)
#define BIN(msg, number, member, max, need, doc)
#define STR(msg, number, member, max, need, doc)
#define RAW(msg, number, member, max, need, doc)
#define FIXES(msg, number, member, bytes, max, need, doc)
#define LIST(msg, number, member, sub, max, need, doc)
#define END(name)
#define MSG(name, number, max_bytes, doc)
#define SUB(name, doc)                                                         \
	static const struct schema_message control_##name##_message;
#include "proto/control.def"
#undef MSG
#undef SUB
#define MSG(name, number, max_bytes, states, doc)
#define SUB(name, doc) static const struct schema_message sync_##name##_message;
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
#undef END

/* Pass 2: fields. */
#define FIELD(of, num, str, kind, need, most, fix, item, text)                 \
	{ .number = (num),                                                     \
	  .name = #str,                                                        \
	  .type = SCHEMA_##kind,                                               \
	  .required = (need),                                                  \
	  .bound = (most),                                                     \
	  .fix_bytes = (fix),                                                  \
	  .offset = offsetof(struct of, str),                                  \
	  .sub = (item),                                                       \
	  .doc = (text) },

#define U64(msg, number, member, max, need, doc)                               \
	FIELD(SET(msg), number, member, U64, need, max, 0, NULL, doc)
#define FLAG(msg, number, member, need, doc)                                   \
	FIELD(SET(msg), number, member, FLAG, need, 1, 0, NULL, doc)
#define FIX(msg, number, member, bytes, need, doc)                             \
	FIELD(SET(msg), number, member, FIX, need, bytes, bytes, NULL, doc)
#define BIN(msg, number, member, max, need, doc)                               \
	FIELD(SET(msg), number, member, BIN, need, max, 0, NULL, doc)
#define STR(msg, number, member, max, need, doc)                               \
	FIELD(SET(msg), number, member, STR, need, max, 0, NULL, doc)
#define RAW(msg, number, member, max, need, doc)                               \
	FIELD(SET(msg), number, member, RAW, need, max, 0, NULL, doc)
#define FIXES(msg, number, member, bytes, max, need, doc)                      \
	FIELD(SET(msg), number, member, FIXES, need, max, bytes, NULL, doc)
#define LIST(msg, number, member, sub, max, need, doc)                         \
	FIELD(SET(msg), number, member, LIST, need, max, 0, SUB_OF(sub), doc)

#define SET(msg) control_##msg
#define SUB_OF(sub) &control_##sub##_message
#define MSG(name, number, max_bytes, doc)                                      \
	static const struct schema_field control_##name##_fields[] = {
#define SUB(name, doc) MSG(name, 0, 0, doc)
#define END(row)                                                               \
	{                                                                      \
		0                                                              \
	}                                                                      \
	}                                                                      \
	;
#include "proto/control.def"
#undef SET
#undef SUB_OF
#undef MSG
#undef SUB
#define SET(msg) sync_##msg
#define SUB_OF(sub) &sync_##sub##_message
#define MSG(name, number, max_bytes, states, doc)                              \
	static const struct schema_field sync_##name##_fields[] = {
#define SUB(name, doc) MSG(name, 0, 0, 0, doc)
#include "proto/sync.def"
#undef SET
#undef MSG
#undef SUB
#undef END
#undef U64
#undef FLAG
#undef FIX
#undef BIN
#undef STR
#undef RAW
#undef FIXES
#undef LIST

#define SET(msg) rpc_##msg
#define P_ROW(method, name, kind, need, max, doc)                              \
	FIELD(rpc_##method, SCHEMA_PLACE_rpc_##method##_##name + 1, name,      \
	      kind, need, max, 0, NULL, doc)
#define P_STR(method, name, max, need, doc)                                    \
	P_ROW(method, name, STR, need, max, doc)
#define P_BIN(method, name, max, need, doc)                                    \
	P_ROW(method, name, BIN, need, max, doc)
#define P_U64(method, name, max, need, doc)                                    \
	P_ROW(method, name, U64, need, max, doc)
#define P_I64(method, name, max, need, doc)                                    \
	P_ROW(method, name, I64, need, max, doc)
#define P_FLAG(method, name, need, doc) P_ROW(method, name, FLAG, need, 1, doc)
#define P_RAW(method, name, max, need, doc)                                    \
	P_ROW(method, name, RAW, need, max, doc)
#define P_STRS(method, name, max, need, doc)                                   \
	P_ROW(method, name, STRS, need, max, doc)
#define METHOD(name, access, since, doc)                                       \
	static const struct schema_field rpc_##name##_fields[] = {
#define R(method, name, type, doc)
#define EVENT(name, doc)
#define END(row)                                                               \
	{                                                                      \
		0                                                              \
	}                                                                      \
	}                                                                      \
	;
#include "proto/rpc.def"
#undef METHOD
#undef R
#undef END
#undef P_STR
#undef P_BIN
#undef P_U64
#undef P_I64
#undef P_FLAG
#undef P_RAW
#undef P_STRS
#define P_STR(method, name, max, need, doc)
#define P_BIN(method, name, max, need, doc)
#define P_U64(method, name, max, need, doc)
#define P_I64(method, name, max, need, doc)
#define P_FLAG(method, name, need, doc)
#define P_RAW(method, name, max, need, doc)
#define P_STRS(method, name, max, need, doc)
#define METHOD(name, access, since, doc)                                       \
	static const struct schema_result rpc_##name##_results[] = {
#define R(method, name, type, doc) { #name, #type, doc },
#define END(name)                                                              \
	{                                                                      \
		NULL, NULL, NULL                                               \
	}                                                                      \
	}                                                                      \
	;
#include "proto/rpc.def"
#undef METHOD
#undef R
#undef END

/* Pass 3: messages and methods; here an empty doc stops the compiler. */
#define HAS_DOC(text)                                                          \
	_Static_assert(sizeof(text) > 1, "every row says what it is for");
#define MESSAGE(of, str, num, most, in, text)                                  \
	HAS_DOC(text)                                                          \
	_Static_assert(SCHEMA_COUNT_##of <= 32, "a bit for every field");      \
	static const struct schema_message of##_message = {                    \
		.number = (num),                                               \
		.name = (str),                                                 \
		.max_bytes = (most),                                           \
		.states = (in),                                                \
		.struct_bytes = sizeof(struct of),                             \
		.present_offset = offsetof(struct of, present),                \
		.fields = of##_fields,                                         \
		.field_count = SCHEMA_COUNT_##of,                              \
		.doc = (text)                                                  \
	};

#define U64(msg, number, member, max, need, doc) HAS_DOC(doc)
#define FLAG(msg, number, member, need, doc) HAS_DOC(doc)
#define FIX(msg, number, member, bytes, need, doc) HAS_DOC(doc)
#define BIN(msg, number, member, max, need, doc) HAS_DOC(doc)
#define STR(msg, number, member, max, need, doc) HAS_DOC(doc)
#define RAW(msg, number, member, max, need, doc) HAS_DOC(doc)
#define FIXES(msg, number, member, bytes, max, need, doc) HAS_DOC(doc)
#define LIST(msg, number, member, sub, max, need, doc) HAS_DOC(doc)
#define END(name)

#define MSG(name, number, max_bytes, doc)                                      \
	MESSAGE(control_##name, #name, number, max_bytes, 0, doc)
#define SUB(name, doc) MESSAGE(control_##name, #name, 0, 0, 0, doc)
#include "proto/control.def"
#undef MSG
#undef SUB
#define MSG(name, number, max_bytes, states, doc)                              \
	MESSAGE(sync_##name, #name, number, max_bytes, states, doc)
#define SUB(name, doc) MESSAGE(sync_##name, #name, 0, 0, 0, doc)
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

#define METHOD(name, access, since, doc)                                       \
	MESSAGE(rpc_##name, #name, 0, LIMIT_FRAME_BYTES, 0, doc)
#define R(method, name, type, doc) HAS_DOC(doc)
#include "proto/rpc.def"
#undef METHOD
#undef R

/* Pass 4: the lists. */
#define U64(msg, number, member, max, need, doc)
#define FLAG(msg, number, member, need, doc)
#define FIX(msg, number, member, bytes, need, doc)
#define BIN(msg, number, member, max, need, doc)
#define STR(msg, number, member, max, need, doc)
#define RAW(msg, number, member, max, need, doc)
#define FIXES(msg, number, member, bytes, max, need, doc)
#define LIST(msg, number, member, sub, max, need, doc)
#define SUB(name, doc)
#define R(method, name, type, doc)

#define MSG(name, number, max_bytes, doc) &control_##name##_message,
static const struct schema_message *const control_messages[] = {
#include "proto/control.def"
};
#undef MSG
#define MSG(name, number, max_bytes, states, doc) &sync_##name##_message,
static const struct schema_message *const sync_messages[] = {
#include "proto/sync.def"
};
#undef MSG

#define METHOD(row, may, from, text)                                           \
	{ .name = #row,                                                        \
	  .access = ACCESS_##may,                                              \
	  .since = (from),                                                     \
	  .doc = (text),                                                       \
	  .params = &rpc_##row##_message,                                      \
	  .results = rpc_##row##_results,                                      \
	  .result_count = KEPT_ARRAY_COUNT(rpc_##row##_results) - 1 },
static const struct schema_method methods[] = {
#include "proto/rpc.def"
};
#undef METHOD
#undef EVENT

#define METHOD(name, access, since, doc)
#define EVENT(name, doc) { #name, doc },
static const struct schema_event events[] = {
#include "proto/rpc.def"
};
/* clang-format on */

static const struct schema_message *message_find(
	const struct schema_message *const *list, size_t count, uint64_t number)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (list[i]->number == number)
			return list[i];
	}
	return NULL;
}

const struct schema_message *schema_control(uint64_t number)
{
	return message_find(control_messages,
			    KEPT_ARRAY_COUNT(control_messages), number);
}

const struct schema_message *schema_sync(uint64_t number)
{
	return message_find(sync_messages, KEPT_ARRAY_COUNT(sync_messages),
			    number);
}

const struct schema_method *schema_rpc(struct bytes name)
{
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(methods); i++) {
		if (bytes_equal(bytes_from_str(methods[i].name), name))
			return &methods[i];
	}
	return NULL;
}

const struct schema_message *schema_control_at(size_t place)
{
	if (place >= KEPT_ARRAY_COUNT(control_messages))
		return NULL;
	return control_messages[place];
}

const struct schema_message *schema_sync_at(size_t place)
{
	if (place >= KEPT_ARRAY_COUNT(sync_messages))
		return NULL;
	return sync_messages[place];
}

const struct schema_method *schema_rpc_at(size_t place)
{
	return place < KEPT_ARRAY_COUNT(methods) ? &methods[place] : NULL;
}

const struct schema_event *schema_event_at(size_t place)
{
	return place < KEPT_ARRAY_COUNT(events) ? &events[place] : NULL;
}

const char *schema_access_name(enum schema_access access)
{
	switch (access) {
	case ACCESS_OPEN:
		return "open";
	case ACCESS_READ:
		return "read";
	case ACCESS_WRITE:
		return "write";
	case ACCESS_ADMIN:
		return "admin";
	}
	return "admin";
}
