/*
 * seek.c - where two histories of one log part.
 *
 * The newest blocks of both differ under one number. Headers are asked for
 * backwards until one is the same; then the other branch is asked for whole,
 * and branch.c keeps it. Ours goes out from there, too: they may be as unaware
 * of it, and without it know nothing of the name we give to theirs. What is
 * said in headers is believed no further than to know what to ask for and to
 * send.
 */
#include "daemon/core/core.h"

#define SEEK_HEADERS 1024u

static void ask(struct engine *engine, struct session *session, uint64_t from,
		uint64_t to, bool headers)
{
	struct sync_want_range range = { .from = from, .to = to };
	struct sync_want want = {
		.ranges = { .items = &range, .count = 1 },
		.headers = headers,
	};

	memcpy(range.lid, engine->chain.rows[session->seek_log].lid.b, 16);
	if (headers)
		SCHEMA_SET(&want, sync_want, headers);
	peer_send(engine, session, SYNC_WANT, &want);
}

static void ask_headers(struct engine *engine, struct session *session,
			uint64_t to)
{
	uint64_t first = engine->chain.logs[session->seek_log].first_seq;

	session->seek_to = to;
	session->seek_from = to >= first + SEEK_HEADERS ? to - SEEK_HEADERS + 1
							: first;
	ask(engine, session, session->seek_from, to, true);
}

int seek_start(struct engine *engine, struct session *session, uint32_t log,
	       uint64_t theirs, struct err *err)
{
	uint64_t head = engine->chain.rows[log].head_seq;

	(void)err;
	if (session->logs[log].sought)
		return 0;
	session->logs[log].blocked = true;
	session->logs[log].seek_due = theirs;
	/* One at a time; and what a stranger may not bring has to wait. */
	if (session->seek_log != CHAIN_NONE ||
	    (session->sm.state == SESSION_INTRO &&
	     engine->chain.rows[log].log_class != LOG_CONTROL))
		return 0;
	session->logs[log].seek_due = 0;
	session->logs[log].sought = true;
	session->seek_log = log;
	session->seek_theirs = theirs;
	ask_headers(engine, session, theirs < head ? theirs : head);
	return 0;
}

/* Up to where headers and blocks held are the same; 0: nowhere. */
static int compare(struct engine *engine, struct session *session,
		   struct bytes chain, uint64_t *same, struct err *err)
{
	size_t i;

	*same = 0;
	for (i = 0; i < chain.len; i += BLOCK_HEADER_BYTES) {
		struct bytes one = bytes_of(chain.ptr + i, BLOCK_HEADER_BYTES);
		struct block_header header;
		struct hash32 theirs, mine;
		int rc;

		if (block_header_read(one, &header) != 0 ||
		    header.seq != session->seek_from + i / BLOCK_HEADER_BYTES ||
		    header.seq > session->seek_to)
			return ERR_MALFORMED;
		hash_bytes(one, theirs.b, sizeof theirs.b);
		rc = chain_block_id(&engine->chain, session->seek_log,
				    header.seq, &mine, err);
		if (rc != 0)
			return rc;
		if (!hash32_equal(&theirs, &mine))
			return 0;
		*same = header.seq;
	}
	return 0;
}

/* Found: both hold that much. */
static void end_search(struct session *session, uint64_t same)
{
	struct session_log *theirs = &session->logs[session->seek_log];

	sync_land(session, session->seek_log, UINT64_MAX);
	theirs->blocked = false;
	theirs->acked = same;
	theirs->sent = same;
	session->seek_log = CHAIN_NONE;
}

int seek_next(struct engine *engine, struct session *session, struct err *err)
{
	uint32_t i;
	int rc = 0;

	for (i = 0; i < engine->chain.count && rc == 0 &&
		    session->seek_log == CHAIN_NONE;
	     i++) {
		if (session->logs[i].seek_due != 0)
			rc = seek_start(engine, session, i,
					session->logs[i].seek_due, err);
	}
	return rc;
}

int seek_headers(struct engine *engine, struct session *session,
		 struct bytes chain, struct err *err)
{
	uint32_t log = session->seek_log;
	uint64_t first, same;
	int rc;

	if (log == CHAIN_NONE || chain.len == 0 ||
	    chain.len % BLOCK_HEADER_BYTES != 0)
		return ERR_MALFORMED;
	first = engine->chain.logs[log].first_seq;
	rc = compare(engine, session, chain, &same, err);
	if (rc != 0)
		return rc;
	if (same == 0 && session->seek_from > first) {
		ask_headers(engine, session, session->seek_from - 1);
		return 0;
	}
	if (same == 0)
		same = session->seek_from - 1;
	if (same < session->seek_theirs)
		ask(engine, session, same + 1, session->seek_theirs, false);
	end_search(session, same);
	return seek_next(engine, session, err);
}

int seek_answer(struct engine *engine, struct session *session, uint32_t log,
		uint64_t from, uint64_t to, struct err *err)
{
	const struct store_log *row = &engine->chain.rows[log];
	struct sync_headers answer = { .chain = { NULL, 0 } };
	struct store_cursor *cursor = NULL;
	struct store_item item;
	int rc;

	if (to > row->head_seq)
		to = row->head_seq;
	if (to - from >= SEEK_HEADERS)
		to = from + SEEK_HEADERS - 1;
	buf_clear(&engine->run);
	rc = store_scan_log(engine->chain.store, row->no, from, to, &cursor,
			    err);
	while (rc == 0) {
		uint8_t *out;

		rc = store_cursor_next(cursor, &item, err);
		if (rc <= 0)
			break;
		rc = 0;
		out = buf_extend(&engine->run, BLOCK_HEADER_BYTES);
		if (out == NULL) {
			rc = ERR_NOMEM;
			break;
		}
		block_header_write(&item.block.header, out);
	}
	store_cursor_close(cursor);
	if (rc != 0)
		return rc;
	memcpy(answer.lid, row->lid.b, sizeof answer.lid);
	answer.chain = buf_bytes(&engine->run);
	if (answer.chain.len > 0)
		peer_send(engine, session, SYNC_HEADERS, &answer);
	return 0;
}
