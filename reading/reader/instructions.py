"""Words addressed to a model or to those who assess, told apart from entries that write about such words.

Entries test models against hostile orders and say so. What counts is therefore the mood (an order, not a
report of one), the target (this entry's result) and the place (quotation marks in a sentence about testing).
"""

import re
import unicodedata

CONFUSABLE = str.maketrans(
    "аеорсухіјѕԁӏɡοανιкмтвнАЕОРСУХІЈЅАВНКМТ０１３４５７＠’‘`´“”",
    "aeopcyxijsdlgoavikmtbhAEOPCYXIJSABHKMT013457@''''\"\"",
)
_WHO = (
    r"(?:ai|a\.i\.?|llm|gpt|chatgpt|claude|gemini|copilot|"
    r"large language model|language model|chat ?bot|bot|machine)"
)
_READS = r"(?:read|screen|review|evaluat|grad|assess|judg|summari[sz]|process|analys|rank|scor)\w*"
_THIS = (
    r"(?:this|the following|our) "
    r"(?:entry|submission|text|document|page|file|project|note|comment|application|prototype)"
)
_OBJECT = (
    r"(?:instructions?|prompts?|rules|guidelines|directions|directives?|context|constraints|guardrails|orders|"
    r"commands|criteria|text|messages?)"
)
_WHICH = (
    r"(?:all|any|every|your|previous|prior|above|earlier|preceding|existing|other|these|those|system|original|"
    r"initial|everything|foregoing)"
)
OVERRIDE = re.compile(
    r"\b(ignore|disregard|forget|override|bypass|discard|do not follow|don't follow|"
    r"stop following|set aside)\b"
    rf"(?:\W+(?:of|the|and|or|that|you|were|was|given|{_WHICH})){{1,6}}?\W+(?:\w+\W+)?{_OBJECT}\b"
)
GRADE = re.compile(
    r"\b(mark|rate|score|grade|give|award|assign|return|set|treat|classify|output|report|respond|answer|conclude|"
    r"record|recommend|clear|approve|rank|place|consider|label|evaluate|assess|judge|state|say|confirm|declare|"
    r"find|write|use|put|choose|select|list|cite)\b[^.!?\n]{0,90}?"
    r"(?:\bevidenced\b|\b(?:full|top|maximum|highest) (?:possible )?marks\b"
    r"|\bmaximum (?:score|points|rating)\b"
    r"|\b(?:highest|top|best|perfect) (?:possible )?(?:scores?|marks?|ratings?|grades?|rank)\b"
    r"|\b10 ?/ ?10\b|\b5 ?/ ?5\b|\b(?:10|ten) out of (?:10|ten)\b"
    r"|\b(?:5|five) out of (?:5|five)\b|\bfirst place\b|\bas (?:the )?winner\b"
    rf"|\bready_to_read\b|\bnot_found\b|\bno concerns?\b|\b{_THIS} (?:as|for|first|highly|the)\b"
    r"|\b(?:this|our) (?:entry|submission|team) (?:wins?|passes|is cleared)\b)"
)
CLAIM = re.compile(
    r"\b(?:all|every|each)(?: of the)?(?: ten| 10)? (?:principles?|criteria|criterion)"
    r" (?:is|are|was|has been|have been|must be|should be) (?:\w+ )?(?:evidenced|marked|cleared)\b"
)
ADDRESS = re.compile(
    r"\b(?:note|message|attention|memo|reminder|instructions?|hint)s?(?: \w+)? (?:to|for)"
    rf"(?: the| any| all| every| an?)? (?:{_WHO}|model|assistant|agent|automated \w+|screening \w+)s?\b"
    rf"(?=(?: \w+)? (?:that|who|which|{_READS})\b|\s*[:,;.!-]"
    r"| (?:reviewer|reader|screener|evaluator|grader|judge)s?\b)"
    rf"|\b(?:dear|hello|hi|hey|attention),? (?:the |all )?{_WHO}\b(?: \w+)?\s*[,:!.-]"
    rf"|\bif you(?:'re| are)(?: an?| the)? (?:{_WHO}|automated|artificial intelligence)\b"
    rf"|\b(?:{_WHO}|model|assistant|agent)s?(?: (?:that|who|which) (?:is|are|will be))?(?: currently)?"
    rf" {_READS} {_THIS}"
    r"|\b(?:ai|llm|automated) (?:reviewers?|screeners?|evaluators?|graders?|judges?)\s*[:,]"
)
PERSONA = re.compile(
    r"\b(?:from now on|henceforth),? you (?:are|must|will|should|shall)\b"
    r"|\byou are now (?:in |an? |the )(?:\w+ ){0,2}"
    r"(?:mode|assistant|model|judge|reviewer|evaluator|screener|ai|persona)\b"
    r"|\b(?:enter|enable|activate|switch to) "
    r"(?:developer|debug|admin|god|dan|unrestricted|maintenance) mode\b"
    r"|\b(?:reveal|print|repeat|output|leak|disclose|show me) your (?:\w+ ){0,2}"
    r"(?:prompt|instructions|rules)\b"
    r"|\b(?:new|updated|revised) (?:system )?instructions?\s*(?:for you\s*)?:"
    r"|(?:^|[\n.!?]\s*)system (?:override|message|notice|instruction|update)\s*:"
    r"|\bend of (?:the )?(?:entry|submission|document|passages?|user input|untrusted (?:text|data))\b"
    r"|(?:^|\n)\s*system\s*:\s*(?=[^\n]*\b(?:you|ignore|override|disregard)\b)"
    r"|\bdo not (?:mention|reveal|disclose|report|flag|quote|tell anyone about) (?:this|these) "
    r"(?:note|message|instruction|comment|text|paragraph|line|request)s?\b"
)
TOKENS = re.compile(
    r"<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id)\|>"
    r"|\[/?inst\]|<</?sys>>"
)
ELSEWHERE = re.compile(
    r"\bignore[zr] (?:toutes )?les instructions|\bignora (?:todas )?las instrucciones"
    r"|\bignore[mn]? (?:todas )?as instrucoes|\bneg(?:eer|eert) (?:alle )?(?:\w+ )?instructies"
    r"|\b(?:z?ignoruj|pomin)(?:cie)? (?:wszystkie )?(?:\w+ )?instrukcj"
    r"|\bignorera (?:alla )?(?:\w+ )?instruktioner"
    r"|(?:忽略|无视|忽視)[^。]{0,12}(?:指令|指示|说明)|تجاهل [^.]{0,30}(?:التعليمات|تعليمات)"
    r"|\bignorier\w* (?:alle )?\w* ?anweisungen|\bignora (?:tutte )?le istruzioni"
    r"|\banwybyddwch (?:y |pob |yr holl )?(?:cyfarwyddiadau|gyfarwyddiadau)"
)
SPACED = re.compile(r"(?:\b\w[ ._*-]){7,}\w\b")
ABOUT_TESTS = re.compile(
    r"\b(?:test|tried|try|attack|inject|jailbreak|red[- ]?team|adversar|hostile|malicious|such as"
    r"|e\.g|for example"
    r"|block|refus|reject|detect|defen[cd]|resist|attempt|prob(?:e|ing)|guard|filter|poison|prompt|phrase|sentence"
    r"|says?|said|wrote|orders|contain|includ|called|scenario|simulat|label|button|reads)"
)
NOT_AN_ORDER = {
    *("can", "may", "could", "might", "to", "safely", "not", "never", "cannot", "don't", "doesn't", "will"),
    *("they", "it", "we", "i", "he", "she", "which", "that", "who", "would", "often", "sometimes", "always"),
    *("user", "users", "people", "judges", "model", "models", "letters", "attacker", "attackers"),
}
ORDER_AFTER = {"please", "must", "should", "and", "then", "now", "just", "instead", "simply", "you", "also"}
REPORTED = {"we", "it", "they", "users", "to", "can"}
ORDERED_TO = re.compile(r"\byou (?:have|need|are (?:required|instructed|asked|told|ordered)) to\s+$")
QUOTATION = re.compile(r"\"[^\"\n]{3,300}\"|(?<!\w)'[^'\n]{3,300}'(?!\w)")


def fold(text: str) -> str:
    """The same length, plain small letters: look-alike letters and wide forms become what they look like."""
    return "".join(_plain(char) for char in text.translate(CONFUSABLE))


def _plain(char: str) -> str:
    if char < "\x80":
        return char.lower()
    new = unicodedata.normalize("NFKD", char)[:1].lower()
    return new if len(new) == 1 else char


def is_instruction(sentence: str, before: str = "") -> bool:
    """For visible prose. `before` is the sentence before it, which may say that examples follow."""
    text = fold(sentence)
    if TOKENS.search(text) or _spelt_out(text):
        return True
    told = ABOUT_TESTS.search(QUOTATION.sub(" ", text)) or ABOUT_TESTS.search(
        QUOTATION.sub(" ", fold(before))
    )
    quoted = [match.span() for match in QUOTATION.finditer(text)] if told else []
    for pattern in (OVERRIDE, GRADE, CLAIM, ADDRESS, PERSONA, ELSEWHERE):
        for match in pattern.finditer(text):
            if any(low <= match.start() < high for low, high in quoted):
                continue
            if pattern in (OVERRIDE, GRADE) and not _is_order(text, match.start(), strict=pattern is GRADE):
                continue
            return True
    return False


def in_code(text: str) -> bool:
    """Code shows the team's own prompts, so only what names this entry's result or its reader counts."""
    plain = fold(text)
    for match in GRADE.finditer(plain):
        named = "evidenced" in match.group() or re.search(_THIS, match.group())
        if named and _is_order(plain, match.start(), strict=True):
            return True
    return bool(re.search(rf"\b{_READS} {_THIS}\b", plain) and OVERRIDE.search(plain))


def in_hidden(text: str) -> bool:
    """Where nobody was meant to look, talking to a reader at all is enough."""
    plain = fold(text)
    patterns = (OVERRIDE, GRADE, CLAIM, ADDRESS, PERSONA, TOKENS, ELSEWHERE)
    return any(pattern.search(plain) for pattern in patterns) or _spelt_out(plain)


def _is_order(text: str, at: int, *, strict: bool) -> bool:
    """Whether the verb at `at` gives an order: it opens a sentence or clause, or someone is told to."""
    before = text[:at]
    if ORDERED_TO.search(before):
        return True
    words = re.findall(r"[\w']+", before[-40:])
    last = words[-1] if words else ""
    opens = not before.strip() or before.rstrip()[-1] in ".!?:;,—–-\n(\"'*>|#"
    if opens or last in ORDER_AFTER:
        return not (strict and last in {"and", "then"} and REPORTED & set(words[-6:-1]))
    return not strict and last not in NOT_AN_ORDER and not re.search(r"(?:s|ed|ing)$", last)


def _spelt_out(text: str) -> bool:
    for match in SPACED.finditer(text):
        letters = re.sub(r"[ ._*-]", "", match.group())
        if re.search(r"ignore|disregard|instruction|evidenced|override", letters):
            return True
    return False
