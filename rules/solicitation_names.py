"""What English calls the secrets that nobody may ask for, and what only shares a word with them.

Matched in folded text, lower case; solicitation_english puts it together.
"""

import re
from typing import Final

from rules.expression import expression

HINT: Final = expression(
    r"secret|token|phrase|prv|question|reset|sms|text|paper|sheet|backup|recovery|mnemonic|seed|key|word|code|"
    r"pin|cv[vc]|card|otp|digit|number|credential|keystore|log-?in|sign-in|account|file|sentence|\btan\b"
)
"""A part of every secret's name, so that most sentences are not read any closer."""
SECRET: Final = expression(
    r"""(?<![\w/@.-])(?:
      (?:secret\ |private\ |wallet(?:'s)?\ )?(?:recovery|seed|backup|back-up|secret|mnemonic)\ (?:phrases?|
          words?|keys?|sentence)
    | (?:your|the)\ phrase | mnemonics?(?:\ phrase)? | seeds? | (?:12|24|twelve|
        twenty-four)[\ -](?:\w+\ )?words?(?:\ phrase)?
    | (?:user\ ?name|log-?in|e-?mail|account|id)(?:\ name)?\ (?:and|&|\+)\ (?:your\ )?(?:password|passcode|pin)
    | (?:the|your|those|all|all\ the)\ words(?=[,.!]|\W*$|\ (?:here|in\ this\ chat|(?:to|for)\ (?:me|us)|one\ per|out|
        again|now|please|so|and\ (?:i|we))\b)
    | seedphrases? | (?:\w+\ )?credentials | (?:login|log-in|sign-in|account)\ (?:details|data|information) |
         (?:backup|wallet)\ files?
    | (?:private|secret|api|access|master|spending)[\ -](?:keys?|secrets?|tokens?) | keystores?(?:\ files?)?
    | (?:(?!which|what|no\b|not|and|or|(?:about|regarding|concerning|without|on|to|for|
        of)\b)\w+\ )?(?:passwords?|passcodes?|passphrases?|pass\ ?phrases?|
        pins?(?:\ (?:codes?|numbers?))?)
    | cvv2? | cvc2? | card\ verification\ (?:code|value|number)
    | (?:3|three|4|four)[\ -]?(?:digits?|numbers?)?\ (?:digits?\ |numbers?\ |code\ )?(?:on|from|
        at)\ the\ (?:back|reverse)
    | (?:full\ |complete\ |whole\ |long\ |debit\ |credit\ |bank\ )*card\ (?:numbers?|details?)
    | (?:full|all|complete|16|sixteen)\ (?:the\ |your\ |of\ (?:the|your)\ |16\ |sixteen\ )*(?:digits|numbers?)
        \ (?:of|on)\ (?:the|your)\ (?:\w+\ )?card
    | (?:the\ |your\ )?words?\ (?:number\ |no\.?\ |\#)?\d{1,2}(?:\ ?(?:,|and|&|to|-)\ ?\d{1,2})+
    | otps? | one[\ -]time[\ -](?:\w+\ )?(?:codes?|passwords?|passcodes?|pins?)
    | (?:(?!which|what|no\b|not|and|or)\w+\ )?(?:verification|confirmation|security|authentication|
        authenticator|authorization|authorisation|login|log-in|
        sign-in|sms|text|2fa|mfa|two-factor|one-time|(?:\d|four|six|eight)[\ -]?digits?)\ (?:codes?|numbers?|pins?)
    | (?:the|those|these|all)\ (?:six|6|four|4|eight|8)[\ -]?(?:digits?|numbers?)(?!\ (?:of|in|on)\ (?:your|the|this)
        \ (?:\w+\ )?(?:order|ticket|case|invoice|booking|customer|parcel|tracking|hash|transaction|address)\b)
    | (?:the|your|those|all)\ words(?=\ (?:one\ by\ one|are\W*$|in\ (?:order|even|odd|the\ (?:right|even|odd))\b|
        as\ a\ voice|(?:over|on)\ the\ phone))
    | (?<=\ me\ |\ us\ )the\ key(?![\w-])(?!\ \w)
    | (?:number|digits)(?=\ (?:did|was|were|has|have|do|is)\ [^.?!]{0,30}\b(?:text\w*|sms|phone|send|sent)\b)
    | digits\ (?:from|in|of)\ (?:the|your|that)\ (?:sms|text|message)
    | card(?=,?\ (?:from\ )?(?:both\ sides|front\ and\ back)) | (?:the|your)\ key\ (?:of|to|for)\ (?:the|your)\ wallet
    | (?:the|your|a|one)\ (?:\w+-)?tan
    | (?:both\ sides|front\ and\ back|the\ back|the\ reverse)\ of\ (?:your|the)\ (?:(?:bank|credit|debit|
        payment)\ )?cards?
    | (?:(?:the|those|all)\ )?(?:\w+\ )?words\ (?:that\ )?you\ (?:have\ )?(?:wr[io]t\w+|noted|saved|stored|kept)
    | words\ (?:of|from|in|on)\ (?:your|the)\ (?:\w+\ )?(?:backup|wallet|recovery|paper|phrase)
    | (?:six|6|four|4|eight|8)[\ -]?digits?(?:\ numbers?)?(?=\ (?:\w+\ ){0,4}(?:sms|text|phone|received|got|
        arrived|sent|e-?mail))
    | (?:the|that|this|your|any)\ (?:\w+\ )?codes?(?=\ (?:that\ |which\ )?(?:(?:\w+\ )?(?:you|we|i)\b|\w+\ by\b|
        (?:was|were|is|just|has)\ |(?:currently|shown|displayed)\ |(?:in|from|on)\ (?:the|your)\ (?:sms|text|
            message|phone|e-?mail|screen|app)))
    | (?:backup|back-up|recovery|rescue|emergency)\ codes? | security\ answers?
    | answers?\ to\ (?:your|the)\ (?:security|secret)\ questions?
    | (?:recovery|backup|seed)\ (?:sheet|card|paper|note|plate)
    | (?<!confirm\ )(?<!verify\ )(?<!is\ )your\ (?:wallet\ )?backup(?=\ (?:to|over|by|and|so|may|might)\b|[,.;:!?]|$)
    | (?<!in\ )your\ words(?=\ (?:here|below|again|(?:with|to)\ (?:us|me)|in\ this\ chat)\b)
    | words?(?=\ (?:comes?|goes|stands?|is|are)\ (?:first|last|second|third|next|number\ \w+)\b[^.?!]{0,20}
        \b(?:backup|phrase|wallet|list|paper|sheet)\b)
    | (?:the|those|these)\ (?:numbers|digits)(?=\ (?:(?:that|which)\ )?(?:we|i|you|(?:our|the|
        my)\ \w+)\b[^,.;?!]{0,20}
        \b(?:sent|texted|got|received)\b[^,.;?!]{0,20}\b(?:phone|mobile|sms|text|texts)\b)
    | your\ (?:wallet\ )?key(?=\ (?:into|in|to|here|on|below|so|and|over)\b|[,.;:!?]|$)
    | (?:numbers?|digits|codes?)\ (?:(?:that\ )?(?:is|are)\ |that\ )?(?:just\ )?(?:shown|displayed|showing|
        appears?|appearing|
        you\ (?:can\ )?see)\ (?:in|on|by)\ (?:your|the)\ (?:\w+\ )?(?:authenticator|phone|device|mobile)
    | codes?(?=\ (?:did|does|do|is|was)\ (?:(?:google|your|the|it)\ )*(?:\w+\ )?(?:authenticator|phone|sms|text)\b)
    | xprv\w* | (?:line|string|key|text)\ (?:that\ |which\ )?(?:starts|begins|starting|beginning)\ with\ [xyz]prv\w*
    | (?:password\ |account\ )?reset\ (?:links?|e?-?mails?)(?!\ (?:reach|arriv|work|came|was|is|expire|land|in|
        has|did|does))
    | (?:sms|text(?:\ message)?)(?:\ (?:from|by)\ (?:us|our\ \w+))?(?=\ (?:say|says|read|reads)\b)
    | (?:sms|text(?:\ messages?)?)(?=\ (?:(?:that|which)\ )?(?:(?:you|we|i)(?:\ have|'ve|\ just|\ now|\ will|'ll)*
        \ (?:received?|gets?|got|sent|send)\b|(?:from|by)\ (?:us|our)\b|(?:just|has|have)\ (?:arrived|come|came)))
    | (?:numbers?|digits)\ (?:in|from)\ (?:the|your|that)\ (?:sms|text(?:\ message)?)
    | (?:half|part|some|all|rest)\ of\ (?:the|your)\ words | your\ (?:secret|recovery|seed|backup)\ words
    | words(?=\ (?:are|were|you\ have|you)\ (?:written|printed|noted|wrote|put)\ (?:down\ )?(?:on|in)\ (?:your|the)\b)
    | (?:paper|sheet|card|note|notebook|page|plate|screen|one)\ (?:with|that\ (?:has|shows)|containing|bearing|
        showing|
        (?:where|on\ which|that|in\ which)(?:\ you\ \w+)?)\ (?:your|the|all)\ (?:\w+\ )?(?:words|phrase)
    | (?:first|last|next|other|remaining|missing)\ (?:two|three|four|five|six|eight|ten|few|couple\ of|\d\d?)\ words
        (?!\ (?:of|in|on|from)\ (?:the|your|this|that|each|an?)\ (?!(?:\w+\ )?
            (?:phrase|seed|mnemonic|backup|wallet|recovery|paper|sheet)))
    | (?:a\ (?:\w+\ )?phrase|(?:some|twelve|12|24|a\ (?:row|list|set|string)\ of)\ words)(?=\ (?:under|in|at|
        behind)\ (?:(?:the|your)\ )?(?:settings|backup|security|wallet|app)\b)
    | (?:the|that|this|your|a|a\ new)\ codes? | codes?(?=\ you\ (?:see|got|get|received|have\b|were\ sent))
    )(?![\w-])""",
    re.VERBOSE,
)
OTHER_CODE: Final = expression(
    r"\b(?:promo\w*|error|country|referral|invit\w+|qr|zip|post\w*|swift|status|bank|tracking|source|reference|"
    r"discount|coupon|voucher|area|order|product|bar|branch|sort|booking|gift|dial\w*)[ -](?:\w+ )?codes?\b"
)
NO_PART: Final = expression(r"phrase|seed|mnemonic|pass|\bpins?\b|private|secret|keystore|words|one[ -]time|otp")
"""Of these a part is a secret, too."""
PARTLY: Final = expression(
    r"\b(?:last|first|final)(?: and last)? (?:\w+|\d)(?: digits?| numbers?| characters?)?(?: (?:of|on|"
    r"from))?(?: (?:the|your))?(?: \w+)?\W*$"
)
THING_OF_IT: Final = expression(
    r"[ -](?:reset|problems?\b|issues?\b|trouble|page|screen\b(?!shot)|field|form field|manager|hint|protection|"
    r"policy|rules|settings?|prompt|"
    r"error|change|box\b|dialog|window|recovery (?:link|mail|e-?mail|page|process)|expired|expires|did ?n[o']t|"
    r"does ?n[o']t|has ?n[o']t|is not|isn't|never arriv|was changed|(?:shown |displayed |printed )?(?:in|on|of|"
    r"for) the (?:error|box|parcel|package|receipt|invoice|country|product))"
)
