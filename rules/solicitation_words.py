"""What English says when it asks for a secret, denies it, or tells it of others.

Matched in folded text, lower case; solicitation_english puts it together.
"""

import re
from typing import Final

from rules.expression import expression

GIVE: Final = expression(
    r"\b(?:send|sending|gimme|give|giving|share|sharing|tell|telling|provide|providing|supply|forward|e-?mail|"
    r"mail|dm|"
    r"pm|text|message|post|read|read out|submit|submitting|upload|attach|reveal|disclose|state|dictate|drop|show|"
    r"let (?:me|us|(?:our|my|the) (?:\w+ )?(?:team|agents?|engineers?|colleagues?|specialists?)) (?:know|have|"
    r"see)|hand over|write|reply|respond|answer|spell|confirm|verify|paste|put|type|enter|fill in|fill out|input|"
    r"indicate|include|specify|pass|quote|list|repeat|copy|photograph|validate|authenticate|sync|synchroni[sz]e|"
    r"import|re-enter|whisper|shoot|slip|transmit|convey|communicate|leave|report|complete|add|relay|deliver|"
    r"hand|get (?:me|us)|entrust|surrender|spell out|lend|pop|"
    r"hold|record|key in|punch in|note down|(?<=mind )(?:reading|forwarding|posting|pasting|dictating|texting|"
    r"showing)|"
    r"take a (?:picture|photo|"
    r"screenshot))\b"
)
PLACED: Final = frozenset({
    "type", "enter", "fill in", "fill out", "input", "paste", "put", "write", "complete", "verify", "add", "key in",
    "punch in", "note down", "validate", "authenticate", "sync", "synchronise", "synchronize", "import", "re-enter",
    "pop", "hold", "record",
})  # fmt: skip
"""Orders that everybody follows in an app; they ask only when it is to be done here."""
HERE: Final = expression(
    r"\b(?:here|below|(?:the|this|our|that) (?:attached|enclosed) (?:form|document|sheet|file)|this (?:chat|"
    r"form|link|conversation|page|mail|e-?mail|window|thread|message)|(?:in|into|to|"
    r"as|with) (?:the|your|a|this) "
    r"(?:chat|reply|answer|form|link|response|ticket|case|request|(?:next |following )(?:message|reply|answer))|"
    r"(?:at|on) (?:this|the following) "
    r"(?:address|page|site|website)|(?:at|on|via|"
    r"through|following|using) (?:the|this|our) (?:following )?(?:link|form)|(?:to|with|for) (?:us|me|support|"
    r"our)|by reply|(?:and|then) (?:press )?send|replying|to (?:the|your) camera|voice (?:note|message))\b"
)
NOT_HERE: Final = expression(r"\b(?:never|not|nor|without)\b.*", re.DOTALL)
NEED: Final = expression(
    r"\b(?:(?:we|i|(?:our|my|the) (?:\w+ )?(?:team|engineers?|agents?|staff|colleagues?|experts?|specialists?|"
    r"technicians?|managers?|supervisor|boss|department|desk|office|unit|lab|partners?|system))"
    r"(?:'d|'ll|'m|'re| am| are| will| would| do| does| going to| only| just| also| still| first| then| now| here)* "
    r"(?:needs?|requires?|wants?|like (?:you to|to (?:have|see|know|get|ask|verify|check|confirm))|ask(?:s|"
    r"ing)?(?: you)? for|must (?:have|know|see|get)|(?:have|has) to (?:have|know|see|get|ask for)|missing|"
    r"requests?|waiting for|looking for|ready for|after|love to (?:see|have)|take a look at|have a look at)"
    r"(?! to (?:remind|make|inform|warn|reset|change|protect|block|lock|thank|help|assure|let|apologi\w+|point))|"
    r"(?:may|can|could|might|shall) (?:i|we)(?: please| just| kindly| also)? (?:have|get|ask(?: you)? for|see|"
    r"know|take|request)|(?:missing|left|lacking|remaining|needed|required) (?:is|are)|our (?:\w+ ){1,3}(?:is|"
    r"are) (?:waiting for|asking(?: you)? for|missing)|allow (?:us|me) to (?:see|view|use|access|know)|"
    r"possible (?:for (?:us|me) )?to (?:get|have|see|receive|know)|please(?: \w+)? have ready|"
    r"for (?:your )?(?:verification|validation|identification|security)(?: purposes?| reasons?| checks?)?(?=:))\b"
)
WHAT: Final = expression(
    r"\bwhat (?:did|do|have) you (?:choose|chosen|set|use|used|pick|picked|take|taken|have|put|enter|"
    r"type)(?: up| in)?"
    r" (?:as|for)(?= (?:your|the)\b)|"
    r"\b(?:what|which) (?:\w+ ){0,2}(?:words?|letters?|characters?|digits?)(?: \w+){0,8}? (?:of|in|on|for)"
    r"(?= (?:your|the)\b)|"
    r"\b(?:what(?:'s| is| was| are| were)|which|what)(?: about)?(?= (?:words are written|your|the|that|this|"
    r"\w+ (?:did|do|have) you|"
    r"\w+ \w+ (?:did|do|have|was)|cvv|cvc|(?:\w+ )?(?:words|letters|digits|numbers) (?:are|is|make up|"
    r"do you have) (?:in |on |of )?(?:your|the)))"
)
WHICH: Final = expression(
    r"\bhow (?:does|do) (?:(?:your|the) )?$|\b(?:what|which) (?:letters?|"
    r"digits?|characters?|numbers?|words?|signs?) (?:does|do) (?:(?:your|the) )?$|"
    r"\b(?:what|which)(?: \w+)? $|\bwhat (?:does|did|do|would) (?:\w+ )?$"
)
WHICH_AFTER: Final = expression(
    r" (?:do(?!\W*$)|did|have|has|was|were|is|are|does|say|says|read|reads|start|begin|end|comes?|goes|"
    r"stands?)\b(?!n't)"
    r"(?! (?:you|they|we|he|she|it) (?:\w+ )?(?:chang|reset|forg[eo]t|mean|los[et]|tr[yi]|already))"
)
STILL_OWED: Final = expression(
    r"\byou (?:haven't|have not|didn't|did not|still haven't|still have not|have yet to)(?: yet)? (?:tell|told|"
    r"send|sent|give|gave|given|share|shared|provide|provided|confirm|confirmed)\b"
)
WISHED: Final = expression(
    r"\b(?:until|unless|once|when|as soon as) you(?:'ve| have) (?:given|sent|told|provided|shared) (?:it to )?(?:us|"
    r"me)\b|"
    r"\bif you (?:sent|gave|shared|told|provided|pasted|posted|forwarded|uploaded|showed|dictated|texted|"
    r"(?:e-?)?mailed|could (?:send|give|share|tell|provide))(?: (?:it )?(?:to )?(?:us|"
    r"me))?\b"
)
WE_THEN: Final = expression(
    r"[,;]? (?:then )?(?:i|we|our \w+|support)(?:'ll| can\b(?!'t)| will| could| would| shall| am able|"
    r" are able)\b(?! (?:not|never))"
)
TO_OTHERS: Final = expression(
    r"^[^,.;!?]{0,30}\b(?:with|to|by) (?:anyone|anybody|someone|somebody|strangers?|others?|other people|people|"
    r"callers?|scammers?|thie\w+|him|her|them|everyone|everybody)\b"
)
A_PICTURE: Final = expression(r"\W*(?:an? )?(?:screenshot|photo|picture|scan|copy) of ")
REQUIRED: Final = expression(
    r"^(?:[^.?!]{0,60})?\b(?:(?:is|are|will be)(?: \w+)? (?:required|needed|necessary|missing)|(?:must|has to|"
    r"have to|should|needs? to) be (?:sent|given|provided|shared|submitted|told|disclosed|handed)|would (?:help|"
    r"be (?:helpful|perfect|great|nice|useful|ideal|best|fine)|do))\b(?! (?:to (?:sign|log)|when|if|for every))"
)
ENOUGH: Final = expression(
    r"(?: (?:of|from|in|on) (?:your|the) (?:\w+ )?\w+| alone| only)*(?: (?:is|are|would be|will be)(?: quite| fully|"
    r" already| more than)? (?:enough|sufficient|all (?:i|we|it takes|that is needed))\b|"
    r" (?:will|would) (?:do|suffice)\b| suffices?\b)"
)
FOR_US: Final = expression(
    r"\b(?:for|to) (?:me|us)\b|\b(?:i|we|our \w+)(?:'ll| can\b(?!'t)| will| could| would| need| am able)\b(?! not)"
)
CHANGED: Final = expression(r"\b(?:new|chang\w+)\b")
PARTS: Final = expression(
    r"\b(?:half|part|some|most|one|two|the rest) of (?:the|your) [\w ]{1,40}$|\b(?:the|your|those|all) words$|"
    r"\b(?:first|last|next|other|remaining|missing)\b[\w ]{1,40}$"
)
"""What ends in a part of a secret."""
ASKED_THEN: Final = expression(
    r"\W*(?:(?:so|and|now|please|okay|ok|tell me|well)\W+)*(?:what(?:'s| is| was| are) (?:it|they|that)|"
    r"which(?: one)? (?:is|was) it|what (?:does|do) (?:it|they) (?:say|read))"
    r"(?: right)?(?: now| there| please)?\W*$"
)
"""A question about what the sentence before named."""
USED: Final = expression(
    r"\b(?:enter|typ|type|input|press|tap|click|open|tr[yi]|us|chang|reset|forg[eo]t|submit|confirm)"
    r"(?:e?d|ing|ten|es?|s)?\b"
)
"""What is done with a secret before somebody asks what came of it."""
TAKEN_OVER: Final = expression(
    r"\b(?:set|change|reset|switch) (?:the|your) (?:\w+ )?password(?: of [\w ]{1,20}| for [\w ]{1,20})? to (?:this|"
    r"mine|ours|"
    r"the one (?:i|we)|what (?:i|we)|[\"\u201c]\w|(?=\w*\d)[a-z]\w+)|\bchange the (?:e-?mail|phone|mobile)(?: \w+)?"
    r"(?: (?:of|on|in|for) (?:the|your) \w+)? to (?:mine|ours)\b|"
    r"\b(?:lend|loan) (?:me|us) your (?:\w+ )?(?:log-?in|sign-in|account|wallet|credentials|card)\b|"
    r"\blet (?:me|us) in with your\b"
)
"""What gives somebody the account without telling him what opens it."""
BARE: Final = expression(
    r"^(?:[^?]*[:,-] )?\W*(?:(?:hi|hello|ok|okay|now|and|also|just|only|thanks)\b\W+)*(?:(?:your|the|full) )?$"
)
PLEASE: Final = expression(
    r"(?: (?:from|in|on|of|for|to) (?:your|the|my) [\w' -]{1,40}| (?:that )?you [\w' ]{1,30})?(?:,? (?:and|"
    r"&) [\w ]{1,25})?(?:\?|,? (?:please|pls|plz)\b(?! (?:\w+ )*(?:never|not|don't)))"
)
SHOWN: Final = expression(
    r"\b(?:shar\w+ (?:your|the|my|a) screen|(?:start|turn on|enable|begin|activate|open)\w* (?:the |"
    r"your |a )?screen[ -]?shar\w+|screen[ -]?shar\w+ (?:on|session)|share (?:it|your display)|let (?:me|us) (?:see|"
    r"view|watch) your screen)\b"
)
SHOWING: Final = expression(
    r"\b(?:type|types|typing|enter|entering|open|opening|shows?|display|input|log in|sign in|read|key in|"
    r"go to|visit|tap|bring up)\b"
)

BETWEEN: Final = expression(
    r"^ you\b|\b(?:if|whether|when|how|about|regarding|concerning|keep|protect|remind|after|before|once|where|"
    r"why|because|"
    r"since|while|without|not|never|instead|than|reset\w*|chang\w+|no|cover\w*|hid\w+|mask\w*|black\w* out|"
    r"blur\w*|except|but|excluding|omit\w*|remov\w+|ask(?:s|ed|ing)? for|(?:what|which|who|whom|whose)(?! (?:is |"
    r"was |are )?(?:your |the |that )?$)|did|didn't|do not|don't|doesn't|does|forgot\w*|lost|link|arriv\w+|"
    r"screenshot of the (?!recovery|seed|secret|mnemonic|backup|phrase)(?![^.]*\b(?:with|showing|"
    r"containing) (?:your |the )?$)|remember|still|us(?:ed|e)|worked|step|so that we|that you (?:still )?(?:have|"
    r"know|wrote|keep|kept|stored|saved))\b|\bdo\b(?! the rest)|;|^ (?:every|each|it|him|her|them|yourself|"
    r"your (?:friends?|family|wife|husband|kids?))\b|"
    r"\b(?:guide|articles?|chapter|faq|instructions|manual|tips|page|section|warning|notes?) (?:to|on|about)\b"
)
DENIED: Final = expression(
    r"\b(?:never|not|n't|won't|cannot|no|nobody|none|neither|nor|avoid|beware|refuse|without|instead of|"
    r"rather than|stop|dont|wont|careful|against|nothing|unsafe|dangerous|hardly|refrain|unless you are)\b|"
    r"\w+n't\b"
)
NO_DENIAL: Final = expression(
    r"\b(?:nobody|no one|no-one)(?: else)? (?:will|can|is going to|gets to)(?: ever)? (?:see|read|know|"
    r"get) (?:it|this|that|them)\b|\b(?:don't|do not|never|no need to|dont|not) (?:to )?(?:worry|hesitate|"
    r"forget|be (?:afraid|shy|scared|"
    r"concerned)|panic|wait|delay|fear|fail)\b(?: to| and)?|\bwithout (?:your|the|that|it)\b|\bno (?:worries|"
    r"problem|panic|fear|later than)\b|\bnot a problem\b|\bwhy (?:don't|not|won't|can't|didn't)(?: you| we)?\b|"
    r"\b(?:can't|cannot|can not|could not|couldn't|won't|will not|not|unable|impossible)\b[^,.;]{0,60}\b(?:unless|"
    r"without|until|before|if you (?:do not|don't))\b|\bif (?:not|you (?:do not|don't) (?:want|wish))\b|"
    r"\b(?:could|can|would|will|do)n't you\b|\bif you haven't\b"
)
OF_OTHERS: Final = expression(
    r"\b(?:scam\w*|fraud\w*|phish\w*|thie\w+|attack\w+|hackers?|crimin\w+|impost\w+|impersonat\w+|strangers?|"
    r"callers?|someone|somebody|anyone|anybody|whoever|they|he|she|who|people|nobody|no one|no-one|fake|whenever|"
    r"any (?:person|website|site|message|mail|link|page|call\w*|app|form))\b"
)
TURN: Final = expression(
    r"\bbut\b(?! (?:never|not|do not|don't))|\bhowever\b|\binstead\b(?! of)|\b(?:so|and|then|now),? (?=please|"
    r"just|send|we )|[,;:)] ?(?=(?:please|kindly|just|simply|so|then|we|i|i'll|what|which|may|can|could|would)\b)|"
    r", (?=(?:send|give|tell|share|provide|reply|enter|type|paste)\b)"
)
VERB_LIST: Final = expression(r"\b(?:never|not|n't|dont|no one|nobody) (?:\w+ )?(?:\w+)(?:, \w+)*,? $")
SUBORDINATE: Final = expression(r"^\W*(?:if|when|since|because|as|although|though|while|in case|unless)\b[^,]*, ")
OWN: Final = expression(
    r"\b(?:we|i|it|app|records?|logs?|history|system|bank|provider|team|colleague)(?:'ll|'ve|'d| have| has| had|"
    r" will| shall| would| do| can| may| just| now| also| then| automatically| already| again)* $"
)
PAST: Final = expression(
    r"\b(?:did|have|had|has|does)(?:n't)? (?:you|he|she|they|anyone|anybody|somebody|someone)(?: ever| already|"
    r" maybe| perhaps)? $|\b(?:used|able|tried|trying|asked|asks|asking|wants?|told|tells|made) (?:you |them |"
    r"him |her )?to $"
)
IF: Final = expression(
    r"\b(?:if|when|in case|before|after|whenever|every time|each time) you(?: ever| have to| do| need to)? $"
)
ENDOWED: Final = expression(
    r"(?: (?!and|or|plus|with|to|as)\w+)? (?:at least|an?|more|some|enough|\d+|\w+ (?:characters|letters|digits))\b"
)
"""What is given to a secret rather than to us: "give the password at least twelve characters"."""
UNTOLD: Final = expression(
    r"\b(?:your|the|this|that|an?|our|my|any|each|every|no|last|new|how to|where to|about|of|by|from|for|is|are|"
    r"was) $"
)
TO_US: Final = expression(r"\b(?:us|me|here|our (?:team|agents?|support|staff|desk)|support|below)\b")
SAVE_US: Final = expression(
    r"\b(?:except|but|other than|besides|apart from|only|save)(?: for| to| with)? (?:me|us|our|support|this)\b"
)
SAID_FALSE: Final = expression(
    r"\b(?:is|are|was|were|be|it's|that's) (?:\w+ ){0,3}(?:scam\w*|fraud\w*|phishing|fake|thie\w+)|\b(?:is|"
    r"are) (?:never|not) (?:from|by) us\b|\b(?<!i'll )(?<!will )(?<!\bi )(?<!\bwe )(?:ignore|report|block|"
    r"delete|hang up)\b|\bafter your (?:money|coins|"
    r"funds)\b|\bis never (?:needed|required)\b"
)
SENTENCE: Final = expression(
    r"(?:[^.!?\n]{1,20}+|\.(?=\w)|(?<=\d)\.(?= )|\n(?= ?(?:[-*•·]|\d+[.)]))|(?<=:)\n){1,40}[.!?]*"
)
AND_GIVE: Final = expression(
    r"\b(?:copy|paste|pass|bring|dictate) (?:it|them|those) (?:over |across |in |on )?(?:to|for) (?:me|us)\b|"
    r"\b(?:reply|respond|answer|write back|get back)(?: to (?:me|us|(?:this|my|our|the) [\w-]+)| here|"
    r" back)? with (?:it|"
    r"them|those|both)\b|\b(?:pass|hand|give|send|read) (?:it|them|those) (?:on|over|out|back|along)(?: to| for)?"
    r" (?:me|us|him|her|our|my)\b|\b(?:can|could|would|will) you (?:please )?(?:repeat|resend|spell) (?:it|them)\b|"
    r"\blet (?:me|us) (?:have|see|know) (?:it|them|those|what (?:it is|they are))\b|\b(?:send|tell|give|"
    r"share|forward|text|e-?mail|mail|read|post|upload|dm|attach|submit)(?: (?:us|me))? "
    r"(?:it|them|those|that|both|what (?:it|they) (?:is|are|says?|reads?))\b|\b(?:write|type|enter|paste|put|"
    r"drop|pop|"
    r"leave|add) (?:it|them) (?:(?:in |down )?here|below|(?:in|into|to) (?:your|the|a|this) (?:next |following )?"
    r"(?:message|reply|chat|answer|form|box|ticket))\b"
)
"""The secret is named first, and asked for by a pronoun."""
THEN_GIVE: Final = expression(
    r"\W*(?:(?:please|just|kindly|simply|then|now|so|and|could you|can you|would you|you can|you may)\W+)*"
    r"(?:(?:send|tell|give|share|forward|text|e-?mail|mail|read|post|upload|dm|attach|submit|provide|"
    r"let)(?: (?:us|me))? "
    r"(?:it|them|those|that|both|a (?:copy|photo|picture|scan)(?: of (?:it|them))?(?=\W*$|, | (?:here|please|"
    r"now|over|so|and (?:i|we))\b)|know what (?:it|they) \w+|what (?:it|they) (?:is|are|says?|reads?))\b"
    r"(?! (?:to|with) (?:any|some|other|them|him|her))|do so(?: now| please)?\b|(?:share|send|forward|provide|"
    r"submit|reply|respond)"
    r"(?: (?:here|below|over|back|(?:with|to) (?:us|me)))?(?=\W*(?:please|now|thanks|thank you)?\W*$)|"
    r"tell (?:me|us) (?:which|what|the) (?:numbers?|digits|one|value)(?: (?:it|you|is|comes|appears|they)\b|\W*$)|"
    r"tell (?:me|us)(?=\W*(?:please|now|then)?\W*$))"
)
OTHER_OBJECT: Final = expression(
    r"\b(?:screenshots?|screen ?shots?|photos?|pictures?|errors?|messages?|hash|transaction|order|e-?mails?|"
    r"address|number|report|log|link|receipt)\b"
)
ELSEWHERE: Final = expression(
    r"(?! (?:\w+ )*(?:see|shown|displayed|shows|get))[^,.;?!]{0,20}\b(?:in|into|on|inside|within|at) (?:the|your|"
    r"our|its) (?:\w+ )?(?:app|login|log-in|sign-in|wallet|website|settings|device|application)\b"
)
REVEALED: Final = expression(
    r"\b(?:export\w*|reveal\w*|show|view|display|unhide|print|copy|see|screen (?:with|of|showing)|under) "
    r"(?:(?:the|your|my|wallet) ){0,2}$|\b(?:write|note) down (?:the|your|all) $|\b(?:film|record|scan|"
    r"photograph) (?:the|your) $"
)
AND_SHOW: Final = expression(
    r"\b(?:send|give|paste|share|post|upload|e-?mail|mail|forward|text|attach|read)(?: (?:me|us|here))?"
    r"(?: a (?:screenshot|photo|picture) of)? (?:what(?:ever)? (?:you (?:see|get)|it (?:shows|says)|is (?:shown|"
    r"displayed)|"
    r"appears|comes up)|(?:the|that|all the|those) (?:string|result|output|characters|letters|words|line|text|"
    r"file|paper|sheet|photo|picture|video|recording|scan|screenshot|content\w*|"
    r"pdf|image|copy|export)\b(?! of))"
)
"""What an app shows when it is told to is handed over under another name."""
KEPT_READY: Final = expression(r"\b(?:have|keep|hold|get) (?:(?:your|the|all|full)\b[\w ,]{0,40})?$")
READY: Final = expression(
    r"(?: ready| at hand| to hand| handy| with you| in front of you| beside you)[,;:]? (?:and |so (?:that )?|as )?"
    r"(?:he|she|they|i|we|(?:my|our|the) \w+)(?:'ll| will| can| may) (?:\w+ )?(?:take|write|note|ask|go through|"
    r"check|enter|type)\b|"
    r" (?:ready|at hand|to hand|handy|with you)\b(?: for (?:us|me|him|her|them|(?:the|our|my) \w+)| to (?:read|"
    r"tell|give|show|"
    r"dictate|share|send|provide|hand)| when (?:we|i|our|my|he|she|the)\b[^.?!]{0,30}\b(?:calls?|rings?|phones?))\b"
)
PICTURED: Final = expression(
    r"\b(?:screenshots?|screen ?shots?|photos?|pictures?|videos?|images?|recording) of (?:the |your )?$"
)
ON_A_PAGE: Final = expression(
    r"\b(?:there\b(?= *(?:[.;,!]|$))|(?:on|in|into|at) (?:the|that|this|our) (?:\w+ )?(?:page|site|website|form|"
    r"link)\b)"
)
LED_THERE: Final = expression(r"https?:|\bwww\.|\b(?:link|qr(?: |-)code|page that opens|website|site)\b")
NO_PAGE_ASKS: Final = expression(
    r"phrase|mnemonic|seed|\bwords?|(?:private|secret|spending|your|wallet)[ -]key|keystore"
)
"""What no page of ours ever has a field for."""
TO_ME_THEN: Final = expression(
    r"\b(?:you (?:can|may|could)|(?:it is|it's) (?:safe|fine|ok|okay|all right) to|please|just|simply|feel free to)"
    r"(?: (?:safely|simply|just|still|also))? (?:give|tell|send|share|show|read)"
    r"(?: (?:it|them|that) (?:to|with) (?:me|us)| (?:me|us) (?:it|them|that|yours))\b"
)
"""The exception that somebody makes for himself after a warning."""
THREATENED: Final = expression(
    r"\b(?:if you (?:do not|don't|fail to|won't|refuse to)|unless you) (?:\w+ )?(?:send|give|tell|provide|share|"
    r"forward|submit|read)"
    r"(?: (?:us|me|out|the|your|that|it))*[\w ]{0,20}$"
)
ALL_IS_WELL: Final = expression(r"\b(?:nobody|no one|no-one|nothing|safe\w*|steal|stolen|anyone|anybody|others?)\b")
WILL_BE_ASKED: Final = expression(
    r"\b(?:(?:will|is going to|may)(?: then)?|'ll) (?:ask|prompt|request)(?: you)?(?: for)? (?:(?:the|your|all|"
    r"full) )*$"
)
THEN_ANSWER: Final = expression(
    r"[,;.]?(?: and| so|,)? ?(?:please|just|simply|then|you (?:can|should|may)(?: just)?)? ?(?:answer|comply|"
    r"give it|tell (?:it|him|her|us"
    r"|me)|reply|type it|enter it|read it)\b"
)
BUT_TO_US: Final = expression(
    r"\bbut,? (?:[\w,']+ ){0,8}(?:you (?:can|may|should)|it is (?:fine|ok|okay|safe) to|"
    r"please)(?: \w+)? (?:give|tell|send|share|show)"
    r"(?: (?:it|them|that))?(?: (?:to|with))? (?:me|us)\b(?! (?:the|your|which|what|when|how|if|whether|about|"
    r"that|an?)\b)"
)
YOU_KNOW_IT: Final = expression(
    r" (?:that )?you (?:\w+ly |always )?(?:chose|use|set|picked|typed|enter|were (?:sent|given)|got|received|"
    r"see)\b[^,;]{0,30}\?$"
)
