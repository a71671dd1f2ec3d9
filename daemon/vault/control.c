/*
 * control.c - the control records a device writes: GENESIS, LOG_OPEN, ADD,
 * ROTATE, RECOVERY_SET, FORK; and the names sealed in them.
 *
 * Must never wrap an epoch key for anybody but the members of the roster of
 * now and the recovery key. What the records mean is judged by core's fold,
 * never here.
 */
#include "daemon/vault/inside.h"

#include "proto/base/mem.h"
#include "proto/codec.h"
#include "proto/crypto/entropy.h"
#include "proto/crypto/kdf.h"
#include "proto/crypto/seal.h"

#define NAME_SEALED_BYTES 512u

static const struct roster empty_roster;

/* Deps as the codec takes them, ascending: what the roster knows, and our own
 * newest record, which the roster may not have seen yet. */
static size_t put_deps(const struct vault *vault, const struct roster *roster,
		       uint8_t out[LIMIT_CONTROL_DEPS][DOT_BYTES])
{
	const struct cut_head *own = &vault->cut.heads[LOG_CONTROL];
	struct dot deps[LIMIT_CONTROL_DEPS];
	size_t count = 0;

	if (own->seq > 0) {
		deps[0] = (struct dot){ .lid = own->lid, .seq = own->seq };
		memcpy(deps[0].tip, own->id.b, sizeof deps[0].tip);
		count = 1;
	}
	for (size_t i = 0; i < roster->head_count; i++) {
		const struct dot *head = &roster->heads[i];
		size_t at = count;

		/* Of our own log the newest says it all. */
		if (count == LIMIT_CONTROL_DEPS ||
		    (own->seq > 0 && id16_equal(&head->lid, &own->lid)))
			continue;
		while (at > 0 && dot_compare(&deps[at - 1], head) > 0) {
			deps[at] = deps[at - 1];
			at--;
		}
		deps[at] = *head;
		count++;
	}
	for (size_t i = 0; i < count; i++)
		dot_pack(&deps[i], out[i]);
	return count;
}

/* The number that sealed names of the next record go under. */
static uint32_t header_epoch(const struct vault *vault,
			     const struct roster *roster)
{
	const struct keyring_epoch *epoch =
		keyring_write_epoch(&vault->ring, roster);

	return epoch == NULL ? 0 : epoch->n;
}

static int cut_record(struct vault *vault, uint32_t epoch, uint8_t kind,
		      const void *record, struct hash32 *id, struct err *err)
{
	struct cut_under under = { .sign = &vault->ring.sign,
				   .jtag = &vault->ring.jtag,
				   .epoch = epoch };
	struct buf body;
	int code;

	buf_init(&body, LIMIT_CONTROL_BODY_BYTES);
	code = codec_encode(schema_control(kind), record, &body);
	if (code == 0)
		code = cut_control(&vault->cut, &under, kind, buf_bytes(&body),
				   NULL);
	if (code == 0 && id != NULL)
		*id = vault->cut.heads[LOG_CONTROL].id;
	buf_release(&body);
	return code == 0 ? 0 : vault_fail(err, code);
}

static int seal_name(const struct vault *vault,
		     const struct keyring_epoch *epoch,
		     const struct sign_public *device, const char *name,
		     struct buf *out)
{
	const struct cut_head *head = &vault->cut.heads[LOG_CONTROL];
	struct seal_context context = {
		.label = kdf_label_name(KDF_CTL),
		.aad = bytes_of(device->b, sizeof device->b),
		.padding = SEAL_PADDED,
	};
	struct seal_key key;
	int code;

	kdf_ctl_key(&epoch->key, &head->lid, head->seq + 1, &key);
	code = seal(&key, &context, bytes_from_str(name), out);
	key_wipe(&key);
	return code;
}

static void open_head(struct vault *vault, uint8_t log_class,
		      const struct id16 *nonce)
{
	struct cut_head *head = &vault->cut.heads[log_class];

	*head = (struct cut_head){ .is_open = true };
	kdf_lid(&vault->ring.sign_pub, log_class, nonce, &head->lid);
	if (log_class == LOG_DATA) {
		vault->cut.run_blocks = 0;
		vault->cut.run_bytes = 0;
	}
}

/* ---- logs ---- */

static int write_log_open(struct vault *vault, const struct roster *roster,
			  uint8_t log_class, uint8_t reason, struct err *err)
{
	uint8_t deps[LIMIT_CONTROL_DEPS][DOT_BYTES];
	struct control_log_open open = { .class = log_class, .reason = reason };
	struct id16 nonce;

	entropy_fill(nonce.b, sizeof nonce.b);
	/* Before a new control log begins: its own head is no dep yet, but the
	 * old one's is. */
	open.deps.ptr = deps[0];
	open.deps.count = put_deps(vault, roster, deps);
	if (open.deps.count > 0)
		SCHEMA_SET(&open, control_log_open, deps);
	memcpy(open.nonce, nonce.b, sizeof open.nonce);
	memcpy(open.device, vault->ring.sign_pub.b, sizeof open.device);
	open_head(vault, log_class, &nonce);
	return cut_record(vault, header_epoch(vault, roster), CONTROL_LOG_OPEN,
			  &open, NULL, err);
}

int vault_write_logs(struct vault *vault, const struct roster *roster,
		     uint8_t reason, struct err *err)
{
	int code = vault_need_unlocked(vault, err);

	for (uint8_t c = LOG_CONTROL; code == 0 && c <= LOG_BLOB; c++)
		code = write_log_open(vault, roster, c, reason, err);
	return code;
}

int vault_write_fork(struct vault *vault, const struct roster *roster,
		     const struct engine_fork *fork, struct err *err)
{
	uint8_t deps[LIMIT_CONTROL_DEPS][DOT_BYTES];
	struct control_fork record = { .seq = fork->seq,
				       .left = fork->left,
				       .right = fork->right };
	int code = vault_need_unlocked(vault, err);

	if (code != 0)
		return code;
	memcpy(record.lid, fork->lid.b, sizeof record.lid);
	record.deps.ptr = deps[0];
	record.deps.count = put_deps(vault, roster, deps);
	if (record.deps.count > 0)
		SCHEMA_SET(&record, control_fork, deps);
	return cut_record(vault, header_epoch(vault, roster), CONTROL_FORK,
			  &record, NULL, err);
}

/* ---- epochs ---- */

struct recipients {
	struct sign_public device[LIMIT_WRAPS];
	struct box_public box[LIMIT_WRAPS];
	size_t count;
};

static void recipients_add(struct recipients *to,
			   const struct sign_public *device,
			   const struct box_public *box)
{
	if (to->count == LIMIT_WRAPS)
		return;
	to->device[to->count] = *device;
	to->box[to->count] = *box;
	to->count++;
}

/* Members and the recovery key. Of two that removed each other none is sealed
 * to until that is settled; each of them goes on by itself. */
static void recipients_of(const struct vault *vault,
			  const struct roster *roster, struct recipients *to)
{
	for (size_t i = 0; i < roster->member_count; i++) {
		const struct roster_member *member = &roster->members[i];
		bool is_self = memcmp(member->device.b, vault->ring.sign_pub.b,
				      32) == 0;

		if (member->standing == ROSTER_MEMBER ||
		    (member->standing == ROSTER_SUSPENDED && is_self))
			recipients_add(to, &member->device, &member->box);
	}
}

/* Does a ROTATE of this roster seal that epoch already? */
static bool is_sealed_elsewhere(const struct roster *roster,
				const struct hash32 *rotate)
{
	for (size_t i = 0; i < roster->epoch_count; i++) {
		const struct control_rotate *record = roster->epochs[i].record;
		const struct control_old_epoch *olds = record->olds.items;

		for (size_t j = 0; j < record->olds.count; j++) {
			if (memcmp(olds[j].rotate, rotate->b, 32) == 0)
				return true;
		}
	}
	return false;
}

struct rotation {
	struct keyring_epoch epoch;
	struct control_wrap wraps[LIMIT_WRAPS];
	struct control_old_epoch olds[LIMIT_OLD_EPOCHS];
	struct control_rotate record;
	struct buf sealed; /* what wraps and olds point into */
};

/* Offsets become pointers when sealed grows no more. */
static void rotation_settle(struct rotation *rotation)
{
	for (size_t i = 0; i < rotation->record.wraps.count; i++) {
		struct bytes *sealed = &rotation->wraps[i].sealed;

		sealed->ptr = rotation->sealed.ptr + i * sealed->len;
	}
	for (size_t i = 0; i < rotation->record.olds.count; i++) {
		struct bytes *sealed = &rotation->olds[i].sealed;

		sealed->ptr = rotation->sealed.ptr +
			      (rotation->record.wraps.count + i) * sealed->len;
	}
}

static int rotation_wrap(const struct vault *vault, struct rotation *rotation,
			 const struct recipients *to)
{
	struct keyring_wrap wrap = { .journal = &vault->ring.journal,
				     .n = rotation->epoch.n };
	struct box_secret ephemeral;
	struct box_public epk;
	int code = 0;

	box_keypair(&epk, &ephemeral);
	memcpy(rotation->record.epk, epk.b, sizeof epk.b);
	wrap.epk = &epk;
	for (size_t i = 0; code == 0 && i < to->count; i++) {
		size_t before = rotation->sealed.len;

		wrap.to = &to->box[i];
		code = keyring_wrap_epoch(&wrap, &ephemeral,
					  &rotation->epoch.key,
					  &rotation->sealed);
		memcpy(rotation->wraps[i].to, to->device[i].b, 16);
		rotation->wraps[i].sealed.len = rotation->sealed.len - before;
		rotation->record.wraps.count = i + 1;
	}
	rotation->record.wraps.items = rotation->wraps;
	SCHEMA_SET(&rotation->record, control_rotate, wraps);
	key_wipe(&ephemeral);
	return code;
}

static int rotation_olds(const struct vault *vault, const struct roster *roster,
			 struct rotation *rotation)
{
	size_t count = 0;
	int code = 0;

	/* epochs ascend: the oldest come first */
	for (size_t i = 0; code == 0 && i < roster->epoch_count; i++) {
		const struct hash32 *id = &roster->epochs[i].rotate;
		const struct keyring_epoch *old =
			keyring_find(&vault->ring, id);
		size_t before = rotation->sealed.len;

		if (old == NULL || is_sealed_elsewhere(roster, id))
			continue;
		/* The rest are loose, and bring about another ROTATE. */
		if (count == LIMIT_OLD_EPOCHS)
			break;
		code = keyring_wrap_old(&rotation->epoch.key, id, &old->key,
					&rotation->sealed);
		memcpy(rotation->olds[count].rotate, id->b, 32);
		rotation->olds[count].sealed.len =
			rotation->sealed.len - before;
		count++;
	}
	rotation->record.olds.items = rotation->olds;
	rotation->record.olds.count = count;
	if (count > 0)
		SCHEMA_SET(&rotation->record, control_rotate, olds);
	return code;
}

/* preset: a key made before its ROTATE, for the first epoch; or NULL. */
static int write_rotation(struct vault *vault, const struct roster *roster,
			  const struct recipients *to,
			  const struct keyring_epoch *preset, struct err *err)
{
	uint8_t deps[LIMIT_CONTROL_DEPS][DOT_BYTES];
	struct rotation rotation = { .epoch = { .is_pending = true } };
	int code;

	buf_init(&rotation.sealed, LIMIT_CONTROL_BODY_BYTES);
	rotation.epoch.n = roster_next_epoch(roster);
	if (preset != NULL)
		rotation.epoch = *preset;
	else
		entropy_fill(rotation.epoch.key.b, sizeof rotation.epoch.key.b);
	rotation.record.n = rotation.epoch.n;
	keyring_commit(&rotation.epoch.key, rotation.record.commit);
	rotation.record.deps.ptr = deps[0];
	rotation.record.deps.count = put_deps(vault, roster, deps);
	SCHEMA_SET(&rotation.record, control_rotate, deps);
	code = rotation_wrap(vault, &rotation, to);
	if (code == 0)
		code = rotation_olds(vault, roster, &rotation);
	if (code != 0) {
		code = vault_fail(err, code);
		goto out;
	}
	rotation_settle(&rotation);
	code = cut_record(vault, rotation.epoch.n, CONTROL_ROTATE,
			  &rotation.record, &rotation.epoch.rotate, err);
	if (code != 0)
		goto out;
	code = keyring_add(&vault->ring, &rotation.epoch);
	if (code == 0)
		code = vault_save_keys(vault, err);
	else
		code = vault_fail(err, code);
out:
	key_wipe(&rotation.epoch);
	buf_release(&rotation.sealed);
	return code;
}

int vault_write_rotate(struct vault *vault, const struct roster *roster,
		       struct err *err)
{
	struct recipients to = { .count = 0 };
	int code = vault_need_unlocked(vault, err);

	if (code != 0)
		return code;
	recipients_of(vault, roster, &to);
	if (to.count == 0)
		return vault_fail(err, ERR_NOT_MEMBER);
	keyring_drop_pending(&vault->ring);
	return write_rotation(vault, roster, &to, NULL, err);
}

/*
 * Is there an older epoch whose key no newer one passes on? Somebody who came
 * in meanwhile, and made the newest without having that key, would never read
 * what was written under it: we have it, so we rotate.
 */
static bool has_loose_epoch(const struct vault *vault,
			    const struct roster *roster,
			    const struct keyring_epoch *newest)
{
	for (size_t i = 0; !newest->is_pending && i < roster->epoch_count;
	     i++) {
		const struct hash32 *id = &roster->epochs[i].rotate;

		if (!hash32_equal(id, &newest->rotate) &&
		    keyring_find(&vault->ring, id) != NULL &&
		    !is_sealed_elsewhere(roster, id))
			return true;
	}
	return false;
}

int control_under(struct vault *vault, const struct roster *roster,
		  struct cut_under *out, struct err *err)
{
	const struct keyring_epoch *epoch =
		keyring_write_epoch(&vault->ring, roster);
	int code = 0;

	if (epoch == NULL || has_loose_epoch(vault, roster, epoch)) {
		code = vault_write_rotate(vault, roster, err);
		epoch = keyring_write_epoch(&vault->ring, roster);
	}
	if (code != 0)
		return code;
	if (epoch == NULL)
		return vault_fail(err, ERR_EPOCH);
	*out = (struct cut_under){ .sign = &vault->ring.sign,
				   .jtag = &vault->ring.jtag,
				   .epoch = epoch->n,
				   .key = &epoch->key };
	return 0;
}

/* ---- the first records of a journal ---- */

static int write_genesis(struct vault *vault, const struct keyring_epoch *first,
			 const char *name, struct err *err)
{
	struct control_genesis genesis = { 0 };
	struct buf body, sealed;
	struct hash32 journal;
	struct id16 nonce;
	int code;

	buf_init(&body, LIMIT_CONTROL_BODY_BYTES);
	buf_init(&sealed, NAME_SEALED_BYTES);
	entropy_fill(genesis.random, sizeof genesis.random);
	entropy_fill(nonce.b, sizeof nonce.b);
	memcpy(genesis.nonce, nonce.b, sizeof genesis.nonce);
	memcpy(genesis.device, vault->ring.sign_pub.b, 32);
	memcpy(genesis.box, vault->ring.box_pub.b, 32);
	memcpy(genesis.net, vault->net.net_pub.b, 32);
	open_head(vault, LOG_CONTROL, &nonce);
	code = seal_name(vault, first, &vault->ring.sign_pub, name, &sealed);
	genesis.name = buf_bytes(&sealed);
	SCHEMA_SET(&genesis, control_genesis, name);
	if (code == 0)
		code = codec_encode(schema_control(CONTROL_GENESIS), &genesis,
				    &body);
	if (code == 0) {
		hash_bytes(buf_bytes(&body), journal.b, sizeof journal.b);
		keyring_set_journal(&vault->ring, &journal);
		code = cut_record(vault, first->n, CONTROL_GENESIS, &genesis,
				  NULL, err);
	}
	buf_release(&body);
	buf_release(&sealed);
	return code == 0 ? 0 : vault_fail(err, code);
}

static int write_recovery_set(struct vault *vault,
			      const struct recovery_keys *recovery,
			      struct err *err)
{
	uint8_t deps[LIMIT_CONTROL_DEPS][DOT_BYTES];
	struct control_recovery_set set = { 0 };

	set.deps.ptr = deps[0];
	set.deps.count = put_deps(vault, &empty_roster, deps);
	SCHEMA_SET(&set, control_recovery_set, deps);
	memcpy(set.sign, recovery->sign_pub.b, sizeof set.sign);
	memcpy(set.box, recovery->box_pub.b, sizeof set.box);
	return cut_record(vault, 1, CONTROL_RECOVERY_SET, &set, NULL, err);
}

int control_open_journal(struct vault *vault, const char *name,
			 const struct recovery_keys *recovery, struct err *err)
{
	struct keyring_epoch first = { .n = 1, .is_pending = true };
	struct recipients to = { .count = 0 };
	int code;

	entropy_fill(first.key.b, sizeof first.key.b);
	code = write_genesis(vault, &first, name, err);
	for (uint8_t c = LOG_DATA; code == 0 && c <= LOG_BLOB; c++)
		code = write_log_open(vault, &empty_roster, c, 0, err);
	recipients_add(&to, &vault->ring.sign_pub, &vault->ring.box_pub);
	if (code == 0 && recovery != NULL) {
		code = write_recovery_set(vault, recovery, err);
		recipients_add(&to, &recovery->sign_pub, &recovery->box_pub);
	}
	if (code == 0)
		code = write_rotation(vault, &empty_roster, &to, &first, err);
	key_wipe(&first);
	return code;
}

int vault_write_add(struct vault *vault, const struct roster *roster,
		    const struct sign_public *device,
		    const struct box_public *box, const struct net_public *net,
		    const char *name, struct err *err)
{
	uint8_t deps[LIMIT_CONTROL_DEPS][DOT_BYTES];
	struct control_add add = { 0 };
	struct cut_under under;
	struct keyring_epoch epoch = { 0 };
	struct buf sealed;
	int code = vault_need_unlocked(vault, err);

	if (code != 0)
		return code;
	buf_init(&sealed, NAME_SEALED_BYTES);
	code = control_under(vault, roster, &under, err);
	if (code != 0)
		goto out;
	epoch.key = *under.key;
	code = seal_name(vault, &epoch, device, name, &sealed);
	if (code != 0) {
		code = vault_fail(err, code);
		goto out;
	}
	add.deps.ptr = deps[0];
	add.deps.count = put_deps(vault, roster, deps);
	SCHEMA_SET(&add, control_add, deps);
	memcpy(add.device, device->b, sizeof add.device);
	memcpy(add.box, box->b, sizeof add.box);
	memcpy(add.net, net->b, sizeof add.net);
	add.name = buf_bytes(&sealed);
	SCHEMA_SET(&add, control_add, name);
	code = cut_record(vault, under.epoch, CONTROL_ADD, &add, NULL, err);
out:
	key_wipe(&epoch);
	buf_release(&sealed);
	return code;
}
