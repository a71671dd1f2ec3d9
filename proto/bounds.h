/*
 * bounds.h - every limit of kept/1, with its unit, asserted against the
 * others. Limits are not configuration: changing one is a commit.
 */
#ifndef KEPT_PROTO_BOUNDS_H
#define KEPT_PROTO_BOUNDS_H

#include <stdint.h>

/* msgpack from anybody (mpcheck). */
#define LIMIT_MP_DEPTH 8
#define LIMIT_MP_NODES 262144u

/* Frames: client socket and peer sessions alike. */
#define LIMIT_FRAME_BYTES (1u << 20)
#define LIMIT_NOISE_PAYLOAD_BYTES 32768u
#define LIMIT_NOISE_MESSAGE_BYTES (LIMIT_NOISE_PAYLOAD_BYTES + 16u)

/* Blocks (PROTOCOL.md section 3). */
#define BLOCK_HEADER_BYTES 136u
#define LIMIT_BLOCK_PLAIN_BYTES 65536u
/* padded to at most 12 % above (Padme), plus the 73 of seal() */
#define LIMIT_BLOCK_BODY_BYTES 73856u
#define LIMIT_BLOCK_OPS 256u
#define LIMIT_GROUP_BYTES (4u << 20)
#define LIMIT_RUN_BLOCKS 64u
#define LIMIT_RUN_BODY_BYTES (1u << 20)
/* a run and its block headers inside one frame */
#define LIMIT_RUN_BYTES (LIMIT_FRAME_BYTES - 4096u)
#define LIMIT_SEQ ((UINT64_C(1) << 40) - 1)

/* Control records and the roster (section 4). */
#define LIMIT_CONTROL_BODY_BYTES 16384u
#define LIMIT_CONTROL_RECORDS 4096u
#define LIMIT_RECORDS_PER_DEVICE 1024u
#define LIMIT_CONTROL_DEPS 64u
#define LIMIT_MEMBERS 16u
#define LIMIT_ADDS 64u /* devices ever, removed ones included */
#define LIMIT_WRAPS 32u
#define LIMIT_OLD_EPOCHS 8u
#define LIMIT_EPOCHS 512u
#define LIMIT_LOGS 1024u
#define LIMIT_LOGS_PER_DEVICE 96u
#define LIMIT_DEVICE_NAME_BYTES 64u

/* Sessions (section 6). */
#define LIMIT_SESSIONS 64u
#define LIMIT_HALF_OPEN 16u
#define LIMIT_HANDSHAKE_MS 5000u
#define LIMIT_WANT_ITEMS 256u
#define LIMIT_STATE_LOGS LIMIT_LOGS
#define LIMIT_SESSION_OUT_BYTES (8u << 20)
#define LIMIT_SESSION_IN_BYTES (2u << 20)
#define LIMIT_INTRO_BYTES (1u << 20)
#define LIMIT_INTRO_MS 30000u
#define LIMIT_REKEY_MESSAGES 65536u
#define LIMIT_REKEY_BYTES (UINT64_C(1) << 30)
#define LIMIT_REKEY_MS 900000u
#define LIMIT_QUARANTINE_BLOCKS 10000u
#define LIMIT_QUARANTINE_BYTES (64u << 20)

/* Pairing (section 5). */
#define LIMIT_PAIR_STRIKES 3u
#define LIMIT_PAIR_MS 600000u
#define PAIR_CODE_WORDS 3u
#define RECOVERY_WORDS 13u
#define WORDS_COUNT 1024u

/* Entries. */
#define LIMIT_ENTRY_TEXT_BYTES 65536u
#define LIMIT_TAG_BYTES 40u
#define LIMIT_TAGS 32u
#define LIMIT_LIST_ITEMS 256u
#define LIMIT_SIBLINGS 16u
#define LIMIT_OPS_PER_ENTRY 100000u
#define LIMIT_CAPTURE_BYTES (64u << 20)
#define LIMIT_DRAFTS 256u
/* Fields of one: a list that holds it still fits into a frame. */
#define LIMIT_DRAFT_BYTES (LIMIT_FRAME_BYTES - 4096u)

/* Client socket. */
#define LIMIT_CLIENTS 64u
#define LIMIT_CLIENT_OUT_BYTES (4u << 20)
#define LIMIT_LIST_PAGE 500u
#define LIMIT_SEARCH_BYTES 256u
#define LIMIT_TRENDS_WEEKS 520u
#define LIMIT_UNLOCK_TRIES 5u
#define LIMIT_UNLOCK_WAIT_MS 30000u

/* Clocks. */
#define LIMIT_CLOCK_DRAG_MS 300000u /* a remote stamp drags ours this far */

/* Argon2id headers asking for more are refused. */
#define LIMIT_KDF_MEMORY_BYTES (UINT64_C(1) << 30)
#define LIMIT_KDF_PASSES 16u
#define LIMIT_SLOTS 8u

_Static_assert(LIMIT_BLOCK_BODY_BYTES + BLOCK_HEADER_BYTES + 64u <
		       LIMIT_RUN_BYTES,
	       "a block fits into a run");
_Static_assert(LIMIT_RUN_BYTES < LIMIT_FRAME_BYTES, "a run fits into a frame");
_Static_assert(LIMIT_FRAME_BYTES <= LIMIT_SESSION_IN_BYTES,
	       "a frame fits into a session's in-budget");
_Static_assert(LIMIT_MEMBERS <= LIMIT_WRAPS, "a rotation reaches every member");
_Static_assert((WORDS_COUNT & (WORDS_COUNT - 1)) == 0, "10 bits a word");

#endif
