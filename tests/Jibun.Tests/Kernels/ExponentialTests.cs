using System.Runtime.Intrinsics;
using Jibun.Kernels;

namespace Jibun.Tests.Kernels;

public sealed class ExponentialTests
{
    [Fact]
    public void IsWithinOneUnitOfTheLastPlace()
    {
        for (float x = 0; x > -87.3f; x -= 0.0137f)
        {
            double exact = Math.Exp(x);
            Assert.Equal(exact, Of(x), exact * 1.2e-7);
        }
        Assert.Equal(1, Of(0));
    }

    [Fact]
    public void WhatIsTooSmallIsZeroAndNoNumberStaysNone()
    {
        Assert.Equal([0, 0, 0], [Of(-88), Of(-1e30f), Of(float.NegativeInfinity)]);
        Assert.True(float.IsNaN(Of(float.NaN)));
    }

    private static float Of(float x) => Exponential.OfNonPositive(Vector512.Create(x)).ToScalar();
}
