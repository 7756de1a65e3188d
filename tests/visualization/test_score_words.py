from meshgait.visualization.score_words import explain_scores


def test_scores_are_explained_whatever_a_table_calls_them():
    for columns in (["method", "rank1", "mAP"], ["method", "mAP", "Rank-1"]):
        rows = explain_scores(columns).rows
        assert [row["score"] for row in rows] == ["Rank-1", "mAP", "chance"]
        assert all(row["meaning"].endswith(".") for row in rows)
