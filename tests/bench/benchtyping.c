/*
 * benchtyping.c - a typist made of dice.
 *
 * The same seed types the same, so that two measurements are of one thing. It
 * must never use the engine: what a history comes to is worked out here by
 * copying. Read next: tests/bench/bench_text.c.
 */
#include "tests/bench/benchtyping.h"

#include "proto/base/panic.h"
#include "proto/base/prng.h"

#define KEYS_WORDS 60000u
#define KEYS_BRANCH 10000u
#define LETTERS_BASE 50000u

struct typist {
	struct prng prng;
	struct benchtyping *made;
	const char *const *letters;
	uint32_t letter_count;
	uint32_t len; /* scalars there now */
	uint32_t at;  /* the cursor */
	/* The text as scalars of up to 4 bytes, to say what it comes to. */
	uint8_t (*scalars)[5];
};

static const char *const plain[] = { "e", "t", "a", "o", "i", "n", "s",
				     "h", "r", " ", " ", ".", "\n" };
static const char *const wide[] = { "а",  "о",  "е",  "ж",  "ш",  " ", "ё",
				    "日", "本", "語", "字", "。", "🌱", "🙂",
				    " ",  "и",  "н",  "т",  "\n" };

static uint32_t below(struct typist *typist, uint32_t bound)
{
	return (uint32_t)prng_below(&typist->prng, bound);
}

static void make_room(struct benchtyping *made, size_t keys)
{
	*made = (struct benchtyping){ 0 };
	made->ops = calloc(keys, sizeof *made->ops);
	made->words = malloc(4 * keys);
	kept_assert(made->ops != NULL && made->words != NULL);
}

static void type_letter(struct typist *typist)
{
	struct benchtyping *made = typist->made;
	const char *letter =
		typist->letters[below(typist, typist->letter_count)];
	struct text_op *op = &made->ops[made->op_count++];
	size_t len = strlen(letter);

	memcpy(made->words + made->words_len, letter, len);
	*op = (struct text_op){
		.kind = TEXT_INSERT,
		.pos = typist->at,
		.len = 1,
		.text = bytes_of(made->words + made->words_len, len),
	};
	made->words_len += len;
	if (typist->scalars != NULL) {
		memmove(typist->scalars + typist->at + 1,
			typist->scalars + typist->at,
			(typist->len - typist->at) * sizeof *typist->scalars);
		typist->scalars[typist->at][0] = (uint8_t)len;
		memcpy(typist->scalars[typist->at] + 1, letter, len);
	}
	typist->at++;
	typist->len++;
}

static void take_back(struct typist *typist)
{
	struct benchtyping *made = typist->made;

	typist->at--;
	typist->len--;
	made->ops[made->op_count++] = (struct text_op){
		.kind = TEXT_DELETE,
		.pos = typist->at,
		.len = 1,
	};
	if (typist->scalars != NULL)
		memmove(typist->scalars + typist->at,
			typist->scalars + typist->at + 1,
			(typist->len - typist->at) * sizeof *typist->scalars);
}

/* Bursts of some 20 keys, now and then somewhere else. */
static void type_keys(struct typist *typist, uint32_t keys)
{
	for (uint32_t i = 0; i < keys; i++) {
		if (below(typist, 20) == 0)
			typist->at = below(typist, typist->len + 1);
		if (typist->at > 0 && below(typist, 8) == 0)
			take_back(typist);
		else
			type_letter(typist);
	}
}

void benchtyping_words(struct benchtyping *made, struct texttrace *trace)
{
	struct typist typist = {
		.made = made,
		.letters = wide,
		.letter_count = KEPT_ARRAY_COUNT(wide),
	};

	make_room(made, KEYS_WORDS);
	prng_seed(&typist.prng, 1);
	typist.scalars = calloc(KEYS_WORDS, sizeof *typist.scalars);
	type_keys(&typist, KEYS_WORDS);
	made->text = malloc(4 * (size_t)typist.len + 1);
	for (uint32_t i = 0; i < typist.len; i++) {
		memcpy(made->text + made->text_len, typist.scalars[i] + 1,
		       typist.scalars[i][0]);
		made->text_len += typist.scalars[i][0];
	}
	free(typist.scalars);
	made->messages[0] = (struct text_message){
		.author = texttrace_author(0),
		.ops = made->ops,
		.op_count = made->op_count,
	};
	*trace = (struct texttrace){
		.messages = made->messages,
		.count = 1,
		.is_sequential = true,
		.has_end = true,
		.end = bytes_of(made->text, made->text_len),
	};
}

static void one_branch(struct typist *typist, uint32_t number, uint32_t keys)
{
	struct benchtyping *made = typist->made;
	struct text_message *message = &made->messages[number];

	*message = (struct text_message){
		.author = texttrace_author(number),
		.ops = made->ops + made->op_count,
		.parents = &made->parent,
		.parent_count = number > 0,
	};
	type_keys(typist, keys);
	message->op_count =
		(uint32_t)(made->ops + made->op_count - message->ops);
}

void benchtyping_branches(struct benchtyping *made)
{
	struct typist typist = {
		.made = made,
		.letters = plain,
		.letter_count = KEPT_ARRAY_COUNT(plain),
	};
	uint32_t events = 0;
	uint32_t len;

	make_room(made, LETTERS_BASE + 2 * KEYS_BRANCH);
	prng_seed(&typist.prng, 2);
	for (uint32_t i = 0; i < LETTERS_BASE; i++)
		type_letter(&typist);
	made->messages[0] = (struct text_message){
		.author = texttrace_author(0),
		.ops = made->ops,
		.op_count = made->op_count,
	};
	events = made->op_count;
	made->parent = (struct text_id){ texttrace_author(0), events - 1 };
	len = typist.len;
	one_branch(&typist, 1, KEYS_BRANCH);
	typist.len = len;
	typist.at = len / 2;
	one_branch(&typist, 2, KEYS_BRANCH);
}

void benchtyping_release(struct benchtyping *made)
{
	free(made->ops);
	free(made->words);
	free(made->text);
	*made = (struct benchtyping){ 0 };
}
