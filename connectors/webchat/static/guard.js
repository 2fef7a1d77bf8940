// What must not leave the customer's device. A net with wide meshes: the house's own detectors stand behind it.

// Frequent English words that no recovery phrase holds (BIP-39, English list): one of them ends a run of phrase words.
const SPEECH = new Set(
  ("the and for was are not but has had from been were them their with your which who would could should cant dont wallet " +
    "money send sent coins crypto transaction after than some his her she him our out how why did does done got get made " +
    "thanks its these those").split(" "),
);
const PHRASE_WORDS_MIN = 12;
const HAN_PHRASE = /(?:[\u3400-\u9fff][\s,，、;；.。]+){11}[\u3400-\u9fff](?![\u3400-\u9fff])/u;
const KEYS = [
  /-----BEGIN [A-Z ]*PRIVATE KEY/,
  /(?<![0-9A-Za-z])[5KLc9][1-9A-HJ-NP-Za-km-z]{50,51}(?![0-9A-Za-z])/, // Bitcoin's wallet import format
  /(?<![0-9A-Za-z])[xyztuv]prv[1-9A-HJ-NP-Za-km-z]{100,120}/, // BIP-32 extended private keys
  /"ciphertext"\s*:\s*"[0-9a-f]{32,}"/i, // Ethereum key files
];

/** What `text` seems to give away: "phrase", "key", or null. Linear in its length. */
export function secretIn(text) {
  if (KEYS.some((key) => key.test(text))) return "key";
  return HAN_PHRASE.test(text) || longestRun(text) >= PHRASE_WORDS_MIN ? "phrase" : null;
}

function longestRun(text) {
  let run = 0;
  let longest = 0;
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}'’@]+/gu)) {
    run = /^[a-z]{3,8}$/.test(word) && !SPEECH.has(word) ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
