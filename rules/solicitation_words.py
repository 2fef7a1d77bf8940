"""What English says when it asks for a secret, denies it, or tells it of others.

Matched in folded text, lower case; solicitation_english puts it together.
"""

import re
from typing import Final

HINT: Final = re.compile(
    r"secret|token|phrase|mnemonic|seed|key|word|code|pin|cv[vc]|card|otp|digit|number|credential|keystore|log-?in|sign-in|account|file|sentence"
)
"""A part of every secret's name, so that most sentences are not read any closer."""
SECRET: Final = re.compile(
    r"""(?<![\w/@.-])(?:
      (?:secret\ |private\ |wallet(?:'s)?\ )?(?:recovery|seed|backup|back-up|secret|mnemonic)\ (?:phrases?|
          words?|keys?|sentence)
    | (?:your|the)\ phrase | mnemonics?(?:\ phrase)? | seeds? | (?:12|24|twelve|twenty-four)[\ -](?:\w+\ )?words?
    | seedphrases? | (?:\w+\ )?credentials | (?:login|log-in|sign-in|account)\ (?:details|data|information) |
         (?:backup|wallet)\ files?
    | (?:private|secret|api|access|master|spending)[\ -](?:keys?|secrets?|tokens?) | keystores?(?:\ files?)?
    | (?:(?!which|what|no\b|not|and|or)\w+\ )?(?:passwords?|passcodes?|passphrases?|pass\ ?phrases?|
        pins?(?:\ (?:codes?|numbers?))?)
    | cvv2? | cvc2? | card\ verification\ (?:code|value|number)
    | (?:3|three|4|four)[\ -]?(?:digits?|numbers?)?\ (?:digits?\ |numbers?\ |code\ )?(?:on|from|
        at)\ the\ (?:back|reverse)
    | (?:full\ |complete\ |whole\ |long\ |debit\ |credit\ |bank\ )*card\ (?:numbers?|details?)
    | otps? | one[\ -]time[\ -](?:\w+\ )?(?:codes?|passwords?|passcodes?|pins?)
    | (?:(?!which|what|no\b|not|and|or)\w+\ )?(?:verification|confirmation|security|authentication|
        authenticator|authorization|authorisation|login|log-in|
        sign-in|sms|text|2fa|mfa|two-factor|one-time|(?:\d|four|six|eight)[\ -]?digits?)\ (?:codes?|numbers?|pins?)
    | (?:the|those|these|all)\ (?:six|6|four|4|eight|8)[\ -]?(?:digits?|numbers?)
    | (?:number|digits)(?=\ (?:did|was|were|has|have|do|is)\ [^.?!]{0,30}\b(?:text\w*|sms|phone|send|sent)\b)
    | digits\ (?:from|in|of)\ (?:the|your|that)\ (?:sms|text|message)
    | (?:both\ sides|front\ and\ back|the\ back|the\ reverse)\ of\ (?:your|the)\ (?:(?:bank|credit|debit|
        payment)\ )?cards?
    | (?:(?:the|those|all)\ )?(?:\w+\ )?words\ (?:that\ )?you\ (?:have\ )?(?:wr[io]t\w+|noted|saved|stored|kept)
    | words\ (?:of|from|in|on)\ (?:your|the)\ (?:\w+\ )?(?:backup|wallet|recovery|paper|phrase)
    | (?:six|6|four|4|eight|8)[\ -]?digits?(?=\ (?:\w+\ ){0,4}(?:sms|text|phone|received|got|arrived|sent|e-?mail))
    | (?:the|that|this|your|any)\ (?:\w+\ )?codes?(?=\ (?:that\ |which\ )?(?:(?:\w+\ )?(?:you|we|i)\b|\w+\ by\b|
        (?:was|were|is|just|has)\ |(?:currently|shown|displayed)\ |(?:in|from|on)\ (?:the|your)\ (?:sms|text|
            message|phone|e-?mail|screen|app)))
    | (?:the|that|this|your|a|a\ new)\ codes? | codes?(?=\ you\ (?:see|got|get|received|have\b|were\ sent))
    )(?![\w-])""",
    re.VERBOSE,
)
OTHER_CODE: Final = re.compile(
    r"\b(?:promo\w*|error|country|referral|invit\w+|qr|zip|post\w*|swift|status|bank|tracking|source|reference|"
    r"discount|coupon|voucher|area|order|product|bar|branch|sort|booking|gift|dial\w*)[ -](?:\w+ )?codes?\b"
)
PARTLY: Final = re.compile(
    r"\b(?:last|first|final)(?: and last)? (?:\w+|\d)(?: digits?| numbers?| characters?)?(?: (?:of|on|"
    r"from))?(?: (?:the|your))?(?: \w+)?\W*$"
)
THING_OF_IT: Final = re.compile(
    r"[ -](?:reset|page|screen\b(?!shot)|field|form field|manager|hint|protection|policy|rules|settings?|prompt|"
    r"error|change|box\b|dialog|window|recovery (?:link|mail|e-?mail|page|process)|expired|expires|did ?n[o']t|"
    r"does ?n[o']t|has ?n[o']t|is not|isn't|never arriv|was changed|(?:shown |displayed |printed )?(?:in|on|of|"
    r"for) the (?:error|box|parcel|package|receipt|invoice|country|product))"
)

GIVE: Final = re.compile(
    r"\b(?:send|sending|give|giving|share|sharing|tell|telling|provide|providing|supply|forward|e-?mail|mail|dm|"
    r"pm|text|message|post|read|read out|submit|submitting|upload|attach|reveal|disclose|state|dictate|drop|show|"
    r"let (?:me|us|(?:our|my|the) (?:\w+ )?(?:team|agents?|engineers?|colleagues?|specialists?)) (?:know|have|"
    r"see)|hand over|write|reply|respond|answer|spell|confirm|verify|paste|put|type|enter|fill in|fill out|input|"
    r"indicate|include|specify|pass|quote|list|repeat|copy|photograph|leave|report|complete|add|relay|deliver|"
    r"hand|get (?:me|us)|entrust|surrender|spell out|key in|punch in|note down|take a (?:picture|photo|"
    r"screenshot))\b"
)
PLACED: Final = frozenset(
    {
        "type",
        "enter",
        "fill in",
        "fill out",
        "input",
        "paste",
        "put",
        "write",
        "complete",
        "verify",
        "add",
        "key in",
        "punch in",
        "note down",
    }
)
"""Orders that everybody follows in an app; they ask only when it is to be done here."""
HERE: Final = re.compile(
    r"\b(?:here|below|this (?:chat|form|link|conversation|page|mail|e-?mail|window|thread|message)|(?:in|into|to|"
    r"as|with) (?:the|your|a|this) "
    r"(?:chat|reply|answer|form|link|response|ticket|case|request|(?:next |following )message)|(?:at|on|via|"
    r"through|following|using) (?:the|this|our) (?:following )?(?:link|form)|(?:to|with|for) (?:us|me|support|"
    r"our)|by reply|(?:and|then) (?:press )?send|replying)\b"
)
NOT_HERE: Final = re.compile(r"\b(?:never|not|nor|without)\b.*", re.DOTALL)
NEED: Final = re.compile(
    r"\b(?:(?:we|i|(?:our|my|the) (?:\w+ )?(?:team|engineers?|agents?|staff|colleagues?|experts?|specialists?|"
    r"technicians?|managers?|supervisor|boss|department|system))"
    r"(?:'d|'ll|'m|'re| am| are| will| would| do| does| going to| only| just| also| still| first| then| now| here)* "
    r"(?:needs?|requires?|wants?|like (?:you to|to (?:have|see|know|get|ask|verify|check|confirm))|ask(?:s|"
    r"ing)?(?: you)? for|must (?:have|know|see|get)|(?:have|has) to (?:have|know|see|get|ask for)|missing|"
    r"requests?|waiting for|looking for|ready for|after|love to (?:see|have)|take a look at|have a look at)"
    r"(?! to (?:remind|make|inform|warn|reset|change|protect|block|lock|thank|help|assure|let|apologi\w+|point))|"
    r"(?:may|can|could|might|shall) (?:i|we)(?: please| just| kindly| also)? (?:have|get|ask(?: you)? for|see|"
    r"know|take|request)|(?:missing|left|lacking|remaining|needed|required) (?:is|are)|our (?:\w+ ){1,3}(?:is|"
    r"are) (?:waiting for|asking(?: you)? for|missing)|allow (?:us|me) to (?:see|view|use|access|know)|"
    r"possible (?:for (?:us|me) )?to (?:get|have|see|receive|know)|please(?: \w+)? have ready)\b"
)
WHAT: Final = re.compile(
    r"\b(?:what(?:'s| is| was| are| were)|which|what)(?: about)?(?= (?:your|the|that|this|\w+ (?:did|do|have) you|"
    r"\w+ \w+ (?:did|do|have|was)|cvv|cvc|(?:\w+ )?(?:words|letters|digits|numbers) (?:are|is|make up|"
    r"do you have) (?:in |on |of )?(?:your|the)))"
)
WHICH: Final = re.compile(r"\b(?:what|which)(?: \w+)? $|\bwhat (?:does|did|do|would) (?:\w+ )?$")
WHICH_AFTER: Final = re.compile(
    r" (?:do|did|have|has|was|were|is|are|does|say|says|read|reads)\b(?!n't)(?! (?:you|they|we|he|she|"
    r"it) (?:\w+ )?(?:chang|reset|forg[eo]t|mean|los[et]|tr[yi]|already))"
)
STILL_OWED: Final = re.compile(
    r"\byou (?:haven't|have not|didn't|did not|still haven't|still have not|have yet to)(?: yet)? (?:tell|told|"
    r"send|sent|give|gave|given|share|shared|provide|provided|confirm|confirmed)\b"
)
WISHED: Final = re.compile(
    r"\bif you (?:sent|gave|shared|told|provided|could (?:send|give|share|tell|provide))(?: (?:it )?(?:to )?(?:us|"
    r"me))?\b"
)
WE_THEN: Final = re.compile(
    r"[,;]? (?:then )?(?:i|we|our \w+|support)(?:'ll| can\b(?!'t)| will| could| would| shall| am able|"
    r" are able)\b(?! (?:not|never))"
)
TO_OTHERS: Final = re.compile(
    r"^[^,.;!?]{0,30}\b(?:with|to|by) (?:anyone|anybody|someone|somebody|strangers?|others?|other people|people|"
    r"callers?|scammers?|thie\w+|him|her|them|everyone|everybody)\b"
)
REQUIRED: Final = re.compile(
    r"^(?:[^.?!]{0,60})?\b(?:(?:is|are|will be)(?: \w+)? (?:required|needed|necessary|missing)|(?:must|has to|"
    r"have to|should|needs? to) be (?:sent|given|provided|shared|submitted|told|disclosed|handed)|would (?:help|"
    r"be helpful|do))\b(?! (?:to (?:sign|log)|when|if|for every))"
)
BARE: Final = re.compile(
    r"^(?:[^?]*[:,-] )?\W*(?:(?:hi|hello|ok|okay|now|and|also|thanks)\b\W+)*(?:(?:your|the|full) )?$"
)
PLEASE: Final = re.compile(
    r"(?:,? (?:and|&) [\w ]{1,25})?(?:\?|,? (?:please|pls|plz)\b(?! (?:\w+ )*(?:never|not|don't)))"
)
SHOWN: Final = re.compile(
    r"\b(?:shar\w+ (?:your|the|my|a) screen|(?:start|turn on|enable|begin|activate|open)\w* (?:the |"
    r"your )?screen[ -]?shar\w+|screen[ -]?shar\w+ (?:on|session)|share (?:it|your display)|let (?:me|us) (?:see|"
    r"view|watch) your screen)\b"
)
SHOWING: Final = re.compile(
    r"\b(?:type|types|typing|enter|entering|open|opening|shows?|display|input|log in|sign in|read|key in)\b"
)

BETWEEN: Final = re.compile(
    r"\b(?:if|whether|when|how|about|regarding|concerning|keep|protect|remind|after|before|once|where|why|because|"
    r"since|while|without|not|never|instead|than|reset\w*|chang\w+|no|cover\w*|hid\w+|mask\w*|black\w* out|"
    r"blur\w*|except|but|excluding|omit\w*|remov\w+|ask(?:s|ed|ing)? for|(?:what|which|who|whom|whose)(?! (?:is |"
    r"was |are )?(?:your |the |that )?$)|did|didn't|do not|don't|doesn't|does|forgot\w*|lost|link|arriv\w+|"
    r"screenshot of the (?!recovery|seed|secret|mnemonic|backup|phrase)(?![^.]*\b(?:with|showing|"
    r"containing) (?:your |the )?$)|remember|still|us(?:ed|e)|worked|step|so that we|that you (?:still )?(?:have|"
    r"know|wrote|keep|kept|stored|saved))\b|\bdo\b(?! the rest)|;|^ (?:every|each|it|him|her|them|yourself|"
    r"your (?:friends?|family|wife|husband|kids?))\b"
)
DENIED: Final = re.compile(
    r"\b(?:never|not|n't|won't|cannot|no|nobody|none|neither|nor|avoid|beware|refuse|without|instead of|"
    r"rather than|stop|dont|wont|careful|against|nothing|unsafe|dangerous|hardly|refrain|unless you are)\b|"
    r"\w+n't\b"
)
NO_DENIAL: Final = re.compile(
    r"\b(?:don't|do not|never|no need to|dont|not) (?:to )?(?:worry|hesitate|forget|be (?:afraid|shy|scared|"
    r"concerned)|panic|wait|delay|fear|fail)\b(?: to| and)?|\bwithout (?:your|the|that|it)\b|\bno (?:worries|"
    r"problem|panic|fear|later than)\b|\bnot a problem\b|\bwhy (?:don't|not|won't|can't|didn't)(?: you| we)?\b|"
    r"\b(?:can't|cannot|can not|could not|couldn't|won't|will not|not|unable|impossible)\b[^,.;]{0,60}\b(?:unless|"
    r"without|until|before|if you (?:do not|don't))\b|\bif (?:not|you (?:do not|don't) (?:want|wish))\b|"
    r"\b(?:could|can|would|will|do)n't you\b|\bif you haven't\b"
)
OF_OTHERS: Final = re.compile(
    r"\b(?:scam\w*|fraud\w*|phish\w*|thie\w+|attack\w+|hackers?|crimin\w+|impost\w+|impersonat\w+|strangers?|"
    r"callers?|someone|somebody|anyone|anybody|whoever|they|he|she|who|people|nobody|no one|no-one|fake|whenever|"
    r"any (?:person|website|site|message|mail|link|page|call\w*|app|form))\b"
)
TURN: Final = re.compile(
    r"\bbut\b(?! (?:never|not|do not|don't))|\bhowever\b|\binstead\b(?! of)|\b(?:so|and|then|now),? (?=please|"
    r"just|send|we )|[,;:)] ?(?=(?:please|kindly|just|simply|so|then|we|i|i'll|what|which|may|can|could|would)\b)|"
    r", (?=(?:send|give|tell|share|provide|reply|enter|type|paste)\b)"
)
VERB_LIST: Final = re.compile(r"\b(?:never|not|n't|dont|no one|nobody) (?:\w+ )?(?:\w+)(?:, \w+)*,? $")
SUBORDINATE: Final = re.compile(r"^\W*(?:if|when|since|because|as|although|though|while|in case|unless)\b[^,]*, ")
OWN: Final = re.compile(
    r"\b(?:we|i|it|app|records?|logs?|history|system|bank|provider|team|colleague)(?:'ll|'ve|'d| have| has| had|"
    r" will| shall| would| do| can| may| just| now| also| then| automatically| already| again)* $"
)
PAST: Final = re.compile(
    r"\b(?:did|have|had|has|does)(?:n't)? (?:you|he|she|they|anyone|anybody|somebody|someone)(?: ever| already|"
    r" maybe| perhaps)? $|\b(?:used|able|tried|trying|asked|asks|asking|wants?|told|tells|made) (?:you |them |"
    r"him |her )?to $"
)
IF: Final = re.compile(
    r"\b(?:if|when|in case|before|after|whenever|every time|each time) you(?: ever| have to| do| need to)? $"
)
UNTOLD: Final = re.compile(
    r"\b(?:your|the|this|that|an?|our|my|any|each|every|no|last|new|how to|where to|about|of|by|from|for|is|are|was) $"
)
TO_US: Final = re.compile(r"\b(?:us|me|here|our (?:team|agents?|support|staff|desk)|support|below)\b")
SAVE_US: Final = re.compile(
    r"\b(?:except|but|other than|besides|apart from|only|save)(?: for| to| with)? (?:me|us|our|support|this)\b"
)
SAID_FALSE: Final = re.compile(
    r"\b(?:is|are|was|were|be|it's|that's) (?:\w+ ){0,3}(?:scam\w*|fraud\w*|phishing|fake|thie\w+)|\b(?:is|"
    r"are) (?:never|not) (?:from|by) us\b|\b(?:ignore|report|block|delete|hang up)\b|\bafter your (?:money|coins|"
    r"funds)\b|\bis never (?:needed|required)\b"
)
SENTENCE: Final = re.compile(
    r"(?:[^.!?\n]{1,20}+|\.(?=\w)|(?<=\d)\.(?= )|\n(?= ?(?:[-*•·]|\d+[.)]))|(?<=:)\n){1,40}[.!?]*"
)
AND_GIVE: Final = re.compile(
    r"\b(?:send|tell|give|share|forward|text|e-?mail|mail|read|post|upload|dm|attach|submit)(?: (?:us|me))? "
    r"(?:it|them|those|that|both|what (?:it|they) (?:is|are|says?|reads?))\b|\b(?:write|type|enter|paste|put|drop|"
    r"leave|add) (?:it|them) (?:here|below|(?:in|into|to) (?:your|the|a|this) (?:next |following )?"
    r"(?:message|reply|chat|answer|form|box|ticket))\b"
)
"""The secret is named first, and asked for by a pronoun."""
THEN_GIVE: Final = re.compile(
    r"\W*(?:(?:please|just|kindly|simply|then|now|so|and|could you|can you|would you|you can|you may)\W+)*"
    r"(?:(?:send|tell|give|share|forward|text|e-?mail|mail|read|post|upload|dm|attach|submit|provide|"
    r"let)(?: (?:us|me))? "
    r"(?:it|them|those|that|both|know what (?:it|they) \w+|what (?:it|they) (?:is|are|says?|reads?))\b"
    r"(?! (?:to|with) (?:any|some|other|them|him|her))|do so(?: now| please)?\b|tell (?:me|us)(?=\W*(?:please|now|"
    r"then)?\W*$))"
)
OTHER_OBJECT: Final = re.compile(
    r"\b(?:screenshots?|screen ?shots?|photos?|pictures?|errors?|messages?|hash|transaction|order|e-?mails?|"
    r"address|number|report|log|link|receipt)\b"
)
ELSEWHERE: Final = re.compile(
    r"(?! (?:\w+ )*(?:see|shown|displayed|shows|get))[^,.;?!]{0,20}\b(?:in|into|on|inside|within|at) (?:the|your|"
    r"our|its) (?:\w+ )?(?:app|login|log-in|sign-in|wallet|website|settings|device|application)\b"
)
