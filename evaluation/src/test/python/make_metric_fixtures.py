"""Records what nltk 3.10.4 and rouge-score 0.1.2 make of some answers: src/test/resources/metrics/reference.json.

Run from the module's folder, with both packages installed: python src/test/python/make_metric_fixtures.py
METEOR runs without WordNet (no synonyms), as the Java class does. Tokens are runs of letters and digits.
"""
import json
import re
from collections import Counter

from nltk.stem import PorterStemmer
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
from nltk.translate.meteor_score import single_meteor_score
from rouge_score import rouge_scorer

PAIRS = [
    ("7 May 2023", "7 May 2023"),
    ("May 2023", "7 May 2023"),
    ("on the 7th of May, 2023", "7 May 2023"),
    ("The beagle is called Biscuit.", "Biscuit"),
    ("She walks to the lake", "walking at the lakes"),
    ("a red car and a blue bike", "blue bikes, red cars"),
    ("the the the cat", "the cat sat on the mat"),
    ("He is running and runs, a runner", "runs running run"),
    ("not mentioned", "Walnuts"),
    ("", "Walnuts"),
    ("Porto, in the old post office", "In the old post office in Porto"),
    ("twelve cello students", "Twelve"),
    ("adoption agencies", "adoption agency"),
    ("She was happily studying psychology", "studies psychology happily"),
    ("It's Hazel's dog", "Hazels dog"),
    ("to help other people, mostly", "To help people"),
    ("painting, pottery, camping", "Pottery, camping, painting, swimming"),
    ("national parks", "National park; she likes the outdoors"),
    ("A B C D E", "E D C B A"),
    ("one two three four five six", "one two three five four six"),
]


class NoSynonyms:
    @staticmethod
    def synsets(word):
        return []


STEMMER = PorterStemmer()


def tokens(text):
    return re.findall(r"[^\W_]+", text.lower())


def normalised(text):
    kept = re.sub(r"[!-/:-@\[-`{-~]", "", text.lower())
    return [word for word in kept.split() if word not in ("a", "an", "the", "and")]


def token_f1(answer, gold):
    left = [STEMMER.stem(word) for word in normalised(answer)]
    right = [STEMMER.stem(word) for word in normalised(gold)]
    common = sum((Counter(left) & Counter(right)).values())
    return 2 * common / (len(left) + len(right)) if common else 0.0


def main():
    rouge = rouge_scorer.RougeScorer(["rouge1"], use_stemmer=True)
    rows = []
    for answer, gold in PAIRS:
        score = rouge.score(gold, answer)["rouge1"]
        bleu = sentence_bleu([tokens(gold)], tokens(answer), weights=(1, 0, 0, 0),
                             smoothing_function=SmoothingFunction().method1) if tokens(answer) else 0.0
        rows.append({"answer": answer, "gold": gold, "tokenF1": token_f1(answer, gold), "bleu1": bleu, "rouge1": score.fmeasure,
                     "rouge1Recall": score.recall,
                     "meteor": single_meteor_score(tokens(gold), tokens(answer), wordnet=NoSynonyms) if tokens(answer) else 0.0})
    with open("src/test/resources/metrics/reference.json", "w", encoding="utf-8") as out:
        json.dump(rows, out, indent=1)
        out.write("\n")


if __name__ == "__main__":
    main()
